from pathlib import Path

import pytest
from builders.published import publish_demo

from mmseg_scr.figures import read_models, read_single_runs
from mmseg_scr.figures.models import load_models
from mmseg_scr.weights import card


def work_folder(folder, *checkpoints, last=None, config='config.py'):
    folder.mkdir(parents=True)
    (folder / config).write_text('')
    for name in checkpoints:
        (folder / name).write_text('')
    if last:
        (folder / 'last_checkpoint').write_text(f'/where/it/once/lay/{last}')
    return folder


def test_a_config_takes_the_word_after_it_as_its_checkpoint(tmp_path):
    folder = work_folder(tmp_path / 'a', 'iter_2.pth')
    words = [str(folder / 'config.py'), str(folder / 'iter_2.pth')]
    first, second = read_models([*words, words[0], 'mmseg_scr://name'])
    assert first.runs[0].pair == (folder / 'config.py', folder / 'iter_2.pth')
    assert first.runs[0].folder == folder
    assert second.runs[0].checkpoint == 'mmseg_scr://name'


def test_a_work_folder_has_its_last_checkpoint_wherever_it_lay_before(tmp_path):
    files = ('iter_900.pth', 'iter_1000.pth', 'best_mIoU_iter_500.pth')
    noted = work_folder(tmp_path / 'noted', *files, last='iter_900.pth', config='scr_a.py')
    (model,) = read_models([str(noted)])
    assert model.runs[0].pair == (noted / 'scr_a.py', noted / 'iter_900.pth')
    unnoted = work_folder(tmp_path / 'unnoted', *files)
    (model,) = read_models([str(unnoted)])
    assert model.runs[0].checkpoint.name == 'iter_1000.pth'


def test_the_best_checkpoint_is_taken_on_request_and_where_it_is_the_only_one(tmp_path):
    both = work_folder(tmp_path / 'both', 'iter_9.pth', 'best_mIoU_iter_5.pth')
    alone = work_folder(tmp_path / 'alone', 'best_mIoU_iter_5.pth')
    (model,) = read_models([str(both)], prefer='best')
    assert model.runs[0].checkpoint.name == 'best_mIoU_iter_5.pth'
    (model,) = read_models([str(alone)])
    assert model.runs[0].checkpoint.name == 'best_mIoU_iter_5.pth'


def test_a_folder_of_seeds_is_one_model_of_several_trainings(tmp_path):
    for seed in (10, 2):
        work_folder(tmp_path / 'scr' / f'seed-{seed}', f'iter_{seed}.pth')
    work_folder(tmp_path / 'scr' / 'seed-3')
    (model,) = read_models([str(tmp_path / 'scr')])
    assert [run.seed for run in model.runs] == [2, 10]
    assert model.without == (3,)
    (single,) = read_models([str(tmp_path / 'scr' / 'seed-2')])
    assert single.runs[0].seed == 2
    with pytest.raises(ValueError, match=r'one training .* name one of .*seed-2, .*seed-10'):
        read_single_runs([str(tmp_path / 'scr')])


def test_a_name_of_a_shipped_model_is_enough(tmp_path, monkeypatch):
    publish_demo(tmp_path / 'published')
    monkeypatch.setattr(card, 'FOLDER', tmp_path / 'published')
    pairs = read_single_runs(['tiny', 'mmseg_scr://tiny'])
    assert pairs == [(None, 'mmseg_scr://tiny')] * 2
    with load_models(pairs[:1], ['tiny']) as (model,):
        assert model.classes[0] == 'road'
        assert not model.network.training


@pytest.mark.parametrize(
    ('words', 'error', 'message'),
    [
        (['{}/a/config.py'], ValueError, 'needs its checkpoint after it'),
        (['{}/a/config.py', '{}/a/absent.pth'], FileNotFoundError, r"absent\.pth' does not exist"),
        (['absent'], FileNotFoundError, "'absent' does not exist: it is no folder, no config"),
        (['{}/a'], FileNotFoundError, 'has no checkpoint'),
        (['{}'], FileNotFoundError, r'has no config \(\*\.py\)'),
        (['{}/two'], ValueError, r'several configs \(a\.py, b\.py\): name CONFIG CHECKPOINT'),
        (['{}/seeds'], FileNotFoundError, 'no seed in .* has a checkpoint'),
    ],
)
def test_what_names_no_model_is_refused_with_the_cure(tmp_path, words, error, message):
    work_folder(tmp_path / 'a')
    work_folder(tmp_path / 'seeds' / 'seed-0')
    (work_folder(tmp_path / 'two', config='a.py') / 'b.py').write_text('')
    with pytest.raises(error, match=message):
        read_models([word.format(tmp_path) for word in words])


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    folder = work_folder(tmp_path / 'a', 'iter_1.pth')
    (model,) = read_models(['~/a'])
    assert Path(model.runs[0].config) == folder / 'config.py'
