"""The metrics in a config's list of evaluators, as tools/test.py runs it, with and without TTA."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from mmseg_scr.metrics import ImageTable

CONFIG = (
    Path(__file__).parents[2]
    / 'configs/demo/segnext_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
)


@pytest.mark.slow
@pytest.mark.parametrize('tta', [False, True])
def test_scores_of_all_stand_side_by_side(tta, tmp_path):
    config = Config.fromfile(CONFIG)
    config.work_dir = str(tmp_path)
    config.log_level = 'ERROR'
    config.test_dataloader.dataset.update(length=3, size=(64, 96))
    config.test_evaluator = [
        dict(type='IoUMetric', iou_metrics=['mIoU']),
        dict(type='BoundaryMetric', widths=(1,), tolerances=(2,)),
        dict(type='ErrorTypeMetric'),
        dict(type='PerImageMetric', output_dir=str(tmp_path)),
    ]
    if tta:
        config.test_dataloader.dataset.pipeline = config.tta_pipeline
        config.model = dict(**config.tta_model, module=config.model)
    scores = Runner.from_cfg(config).test()
    assert scores['error/mIoU'] == pytest.approx(scores['mIoU'], abs=0.01)
    assert 0 <= scores['boundary/mIoU_w1'] <= 100
    assert {name.split('/')[0] for name in scores if '/' in name} == {'boundary', 'error', 'image'}
    table = ImageTable.read_json(tmp_path / 'per_image.json')
    assert [Path(name).name for name in table.images] == [
        f'street_scene_{i:06d}.png' for i in range(3)
    ]
    assert table.of('all')[:, :2].sum() == 3 * 64 * 96
