from pathlib import Path

import pytest

from mmseg_scr.analysis.part_comparison import PartRun, compare_parts, format_runs

CONFIG = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*.py'))


@pytest.fixture
def few_scenes(tmp_path):
    path = tmp_path / 'few.py'
    path.write_text(f'_base_ = {str(CONFIG)!r}\nval_dataloader = dict(dataset=dict(length=1))\n')
    return path


def compare(config, slot, parts, out_dir):
    return compare_parts(config, slot, parts, out_dir, iterations=4, progress=lambda *_: None)


def test_parts_are_trained_one_by_one_and_differ(few_scenes, tmp_path):
    bilinear, fam = compare(few_scenes, 'aligner', ['Bilinear', 'FAM'], tmp_path / 'out')
    assert fam.part == 'FAM'
    # Three steps up the pyramid: two 1x1 convolutions to half the width and one 3x3 to 2.
    assert fam.parameters - bilinear.parameters == 3 * (2 * 64 * 32 + 9 * 64 * 2)
    assert min(fam.first_loss, fam.last_loss) > 0
    assert 0 <= fam.miou <= 100
    table = (tmp_path / 'out' / 'aligner.md').read_text()
    assert table == format_runs('aligner', [bilinear, fam]) + '\n'


def test_finished_runs_are_in_the_table_when_a_later_one_dies(few_scenes, tmp_path):
    def die(what, done, total):
        if what == 'training PPM':
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_parts(
            few_scenes, 'context', ['DAM', 'PPM'], tmp_path / 'out', iterations=2, progress=die
        )
    assert '| DAM |' in (tmp_path / 'out' / 'context.md').read_text()


def test_table_is_markdown_with_a_row_a_part():
    run = PartRun('SRM', 1_234_567, 2.345, 1.0, 42.04, 3.21)
    assert format_runs('aligner', [run]).splitlines()[2:] == [
        '| SRM | 1.235 | 2.35 | 1.00 | 42.0 | 3.2 |'
    ]


def test_unknown_slot_and_part_are_refused_with_the_choices(few_scenes, tmp_path):
    with pytest.raises(ValueError, match=r"one of \['aligner', 'context'\], got 'fusion'"):
        compare(few_scenes, 'fusion', [], tmp_path)
    with pytest.raises(ValueError, match=r"no aligner is called \['PPM'\]; choose .*'SRM'"):
        compare(few_scenes, 'aligner', ['SRM', 'PPM'], tmp_path)
