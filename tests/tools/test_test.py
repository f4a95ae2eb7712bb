"""tools/test.py on a config with several evaluators."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

ROOT = Path(__file__).parents[2]
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


@pytest.mark.slow
def test_predictions_are_written_by_iou_metric_among_others(tmp_path):
    (tmp_path / 'config.py').write_text(CONFIG)
    init_default_scope('mmseg')
    model = MODELS.build(Config.fromfile(BASE).model)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'weights.pth')
    outcome = subprocess.run(
        [sys.executable, str(ROOT / 'tools/test.py'), 'config.py', 'weights.pth', '--out', 'out'],
        cwd=tmp_path,
        env=os.environ | {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert len(list((tmp_path / 'out').glob('*.png'))) == 2
    assert (tmp_path / 'table/per_image.csv').is_file()
    (scores,) = (tmp_path / 'work_dirs/config').glob('*/*.json')
    assert {'mIoU', 'boundary/mIoU_w1', 'image/mIoU_I'} <= set(json.loads(scores.read_text()))
