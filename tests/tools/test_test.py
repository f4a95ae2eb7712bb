"""tools/test.py on a config with several evaluators."""

import json

import pytest
import torch
from builders.tools import ROOT, call_tool
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

BASE = ROOT / 'configs/demo/segnext_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
CONFIG = f"""
_base_ = {str(BASE)!r}
test_dataloader = dict(dataset=dict(length=2))
test_evaluator = [
    dict(type='BoundaryMetric', widths=(1,)),
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='PerImageMetric', output_dir='table'),
]
"""


def prepare(folder):
    (folder / 'config.py').write_text(CONFIG)
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile(BASE).model)
    torch.save(dict(state_dict=model.state_dict()), folder / 'weights.pth')


def run(folder, *options, **environment):
    files = 'config.py', 'weights.pth'
    return call_tool('test.py', *files, *options, folder=folder, **environment)


def scores(folder):
    (file,) = (folder / 'work_dirs/config').glob('*/*.json')
    return json.loads(file.read_text())


@pytest.mark.slow
def test_predictions_are_written_by_iou_metric_among_others(tmp_path):
    prepare(tmp_path)
    outcome = run(tmp_path, '--out', 'out')
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert len(list((tmp_path / 'out').glob('*.png'))) == 2
    assert (tmp_path / 'table/per_image.csv').is_file()
    assert {'mIoU', 'boundary/mIoU_w1', 'image/mIoU_I'} <= set(scores(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize('options', [(), ('--tta',)])
def test_a_fast_evaluation_gives_the_same_scores(options, tmp_path):
    prepare(tmp_path)
    for name, more in [('own', ()), ('fast', ('--fast',))]:
        folder = tmp_path / name
        folder.mkdir()
        for file in ('config.py', 'weights.pth'):
            (folder / file).symlink_to(tmp_path / file)
        # Without a compiler, so that it takes no minutes.
        outcome = run(folder, *options, *more, CXX='no-such-compiler')
        assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert 'fold taken: ' in outcome.stdout + outcome.stderr
    assert 'there is no C++ compiler (no-such-compiler)' in outcome.stdout + outcome.stderr
    own, fast = scores(tmp_path / 'own'), scores(tmp_path / 'fast')
    assert fast['mIoU'] == pytest.approx(own['mIoU'], abs=0.02)


def test_a_precision_without_fast_is_refused(tmp_path):
    outcome = run(tmp_path, '--precision', 'bfloat16')
    assert outcome.returncode == 2
    assert '--precision needs --fast' in outcome.stderr
