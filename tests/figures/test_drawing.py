import json

import cv2
import pytest
from builders.figures import NARROW

from mmseg_scr.figures import FIGURES, Request, draw_figures

INSIDE = [name for name, kind in FIGURES.items() if kind.of == 'inside']
RECORD = dict(
    digest='0', iterations=2, parameters=1, macs=1.0, metrics={}, seconds_per_iteration=1.0,
    device='cpu', versions={},
)  # fmt: skip


def draw(request, models, out):
    return dict(draw_figures(request, models, out, lambda *_: None))


@pytest.fixture
def records(tmp_path):
    file = tmp_path / 'records.jsonl'
    lines = [
        RECORD | dict(title=title, seed=seed, curves={'loss': [[1, 2], [3.0 - seed, 1.0]]})
        for title in ('a', 'b')
        for seed in (0, 1)
    ]
    file.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    return file


def test_every_figure_is_written_at_the_width(models, records, tmp_path):
    request = Request(names=[*FIGURES], records=records, metrics=['loss'], width=NARROW)
    files = draw(request, [models['base'], models['ours']], tmp_path / 'out')
    expected = [name for name in FIGURES if name not in INSIDE]
    expected += [f'{n}_{t}_street_scene_000000' for t in ('base', 'ours') for n in INSIDE]
    assert list(files) == sorted(files, key=expected.index)
    assert len(files) == len(expected)
    for name, path in files.items():
        if path is None:
            assert '_base_' in name
            continue
        assert path == tmp_path / 'out' / f'{name}.png'
        assert cv2.imread(str(path)).shape[1] == int(NARROW * 200)


@pytest.mark.parametrize('suffix', ['svg', 'pdf'])
def test_other_formats(models, tmp_path, suffix):
    request = Request(names=['error-kinds'], suffix=suffix)
    (path,) = draw(request, [models['uper']], tmp_path).values()
    assert path.name == f'error-kinds.{suffix}'
    assert path.stat().st_size > 1000


def test_curves_need_no_model(records, tmp_path):
    request = Request(names=['curves'], records=records, metrics=['loss'])
    (path,) = draw(request, [], tmp_path).values()
    assert path.is_file()


def test_only_the_first_images_are_counted_if_asked(models, tmp_path):
    told = []
    request = Request(names=['trimap'], limit=2)
    list(draw_figures(request, [models['base']], tmp_path, lambda *what: told.append(what)))
    assert told[-1] == ('test set', 2, 2)


def test_images_of_one_name_have_files_of_their_own(models, tmp_path):
    request = Request(names=['channel-factors'], images=[1, 1])
    written = [path for _, path in draw_figures(request, [models['ours']], tmp_path, print)]
    names = [path.stem for path in written]
    assert names == [f'channel-factors_ours_street_scene_000001{end}' for end in ('', '-2')]
