"""A stock mmseg config gains the head by custom_imports and a head override, nothing else."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.apis import MMSegInferencer, inference_model, init_model
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
    config.model.pretrained = None  # the only edit: there is no network
    config.model.backbone.init_cfg = None
    model = MODELS.build(config.model).train()

    image = torch.rand(2, 3, 128, 128)
    halves = torch.tensor([[[3], [140]]]).repeat_interleave(64, 1).expand(1, 128, 128)
    truth = PixelData(data=halves.contiguous())
    terms = model.loss(image, [SegDataSample(gt_sem_seg=truth) for _ in range(2)])
    assert terms['decode.loss_contrast'] > 0
    assert {'decode.loss_ce', 'decode.loss_contrast', 'decode.acc_seg'} <= set(terms)
    sum(value for name, value in terms.items() if 'loss' in name).backward()
    assert all(p.grad is not None for p in model.parameters())

    meta = dict(img_shape=(64, 64), ori_shape=(64, 64), pad_shape=(64, 64))
    with torch.no_grad():
        outcome = model.eval().predict(image[:1, :, :64, :64], [SegDataSample(metainfo=meta)])
    assert outcome[0].pred_sem_seg.data.shape == (1, 64, 64)


@pytest.mark.parametrize(
    'name',
    [
        'scr/scr_mscan-t_1xb4-adamw-1k_camvid-256x256.py',
        'demo/scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py',
    ],
)
def test_inference_api_of_mmseg_runs_with_our_pipelines(name, tmp_path):
    config = str(ROOT / 'configs' / name)
    image = np.zeros((60, 80, 3), np.uint8)
    path = str(tmp_path / 'image.png')
    cv2.imwrite(path, image)
    for given in (image, path):  # mmseg changes the config of a model for an array
        model = init_model(config, device='cpu')
        assert inference_model(model, given).pred_sem_seg.data.shape == (1, 60, 80)
    drawn = MMSegInferencer(config, device='cpu')(path, return_datasamples=True)
    assert drawn.pred_sem_seg.data.shape == (1, 60, 80)


def test_sliding_windows_cover_the_image():
    config = Config.fromfile(
        ROOT / 'configs/demo/scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
    )
    config.model.test_cfg = dict(mode='slide', crop_size=(64, 64), stride=(48, 48))
    model = MODELS.build(config.model).eval()
    image = torch.rand(1, 3, 96, 150)
    with torch.no_grad():
        logits = model.inference(image, [dict(ori_shape=(96, 150), img_shape=(96, 150))])
        corner = model.encode_decode(image[..., :64, :64], [dict(img_shape=(64, 64))])
    assert logits.shape == (1, 10, 96, 150)
    torch.testing.assert_close(logits[..., :32, :48], corner[..., :32, :48])
