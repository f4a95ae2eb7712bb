"""A stock mmseg config gains the head by custom_imports and a head override, nothing else."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.apis import inference_model, init_model
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

ROOT = Path(__file__).parents[2]
OVERRIDE = """
_base_ = __import__('mmseg').__path__[0] + '/.mim/configs/{base}'
custom_imports = dict(imports=['mmseg_scr'], allow_failed_imports=False)
model = dict(
    decode_head=dict(
        _delete_=True, type='SCRHead', in_channels={widths}, num_classes=150
    )
)
"""
CASES = {
    'upernet/upernet_r18_4xb4-160k_ade20k-512x512.py': [64, 128, 256, 512],
    'segnext/segnext_mscan-t_1xb16-adamw-160k_ade20k-512x512.py': [32, 64, 160, 256],
}


@pytest.mark.parametrize('base', CASES)
def test_head_override_trains_and_predicts(base, tmp_path):
    path = tmp_path / 'with_scr_head.py'
    path.write_text(OVERRIDE.format(base=base, widths=CASES[base]))
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    config.model.pretrained = None
    config.model.backbone.update(init_cfg=None, norm_cfg=dict(type='BN'))
    config.model.pop('auxiliary_head', None)
    model = MODELS.build(config.model).train()

    image = torch.rand(2, 3, 64, 64)
    truth = PixelData(data=torch.randint(150, (1, 64, 64)))
    terms = model.loss(image, [SegDataSample(gt_sem_seg=truth) for _ in range(2)])
    assert {'decode.loss_ce', 'decode.loss_contrast', 'decode.acc_seg'} == set(terms)
    sum(value for name, value in terms.items() if 'loss' in name).backward()
    assert all(p.grad is not None for p in model.parameters())

    meta = dict(img_shape=(64, 64), ori_shape=(64, 64), pad_shape=(64, 64))
    with torch.no_grad():
        outcome = model.eval().predict(image[:1], [SegDataSample(metainfo=meta)])
    assert outcome[0].pred_sem_seg.data.shape == (1, 64, 64)


def test_inference_api_of_mmseg_runs_with_our_pipelines():
    path = ROOT / 'configs/scr/scr_mscan-t_1xb4-adamw-1k_camvid-256x256.py'
    model = init_model(str(path), device='cpu')
    outcome = inference_model(model, np.zeros((60, 80, 3), np.uint8))
    assert outcome.pred_sem_seg.data.shape == (1, 60, 80)
