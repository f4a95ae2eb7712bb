import mmseg
import pytest
import torch
from builders.inputs import block_labels, data_samples
from builders.stock_decoders import BACKBONES, CLASSES, OPTIONS, network_cfg
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

IMAGE = (64, 96)
CRM = dict(context=dict(type='CRM'))
NETWORKS = {f'{b}-{d}': (b, d, {}) for b in BACKBONES for d in OPTIONS}
NETWORKS |= {f'ResNet-{d}-CRM': ('ResNet', d, CRM) for d in ('UPerHead', 'FPN')}
OVERRIDES = {
    'upernet/upernet_r50_4xb4-160k_ade20k-512x512.py': dict(
        decode_head=dict(type='AlignedUPerHead')
    ),
    'sem_fpn/fpn_r50_4xb4-160k_ade20k-512x512.py': dict(neck=dict(type='AlignedFPN')),
    'segformer/segformer_mit-b1_8xb2-160k_ade20k-512x512.py': dict(
        decode_head=dict(type='AlignedSegformerHead')
    ),
}
EVERY_NETWORK = pytest.mark.parametrize(
    ('backbone', 'decoder', 'slots'), NETWORKS.values(), ids=NETWORKS
)


def _build(backbone, decoder, slots):
    network = MODELS.build(ConfigDict(network_cfg(backbone, decoder, **slots)))
    network.init_weights()
    return network


def _weights(model):
    with torch.device('meta'):
        parts = {
            name: MODELS.build(model[name]) for name in ('neck', 'decode_head') if name in model
        }
    return {
        f'{name}.{key}': value.shape
        for name, part in parts.items()
        for key, value in part.state_dict().items()
    }


@pytest.mark.parametrize('base', OVERRIDES)
def test_published_network_gains_aligners_by_the_name_of_a_class(base):
    cfg = Config.fromfile(f'{mmseg.__path__[0]}/.mim/configs/{base}')
    init_default_scope('mmseg')
    stock = _weights(cfg.model)
    cfg.merge_from_dict(dict(model=OVERRIDES[base]))
    ours = _weights(cfg.model)
    assert stock.items() <= ours.items()
    assert {key.split('.')[1] for key in ours.keys() - stock.keys()} == {'aligners'}


@EVERY_NETWORK
def test_one_loss_reaches_every_parameter(backbone, decoder, slots):
    network = _build(backbone, decoder, slots).train()
    labels = block_labels(2, IMAGE, CLASSES)
    terms = network.loss(torch.randn(2, 3, *IMAGE), data_samples(labels))
    assert set(terms) == {'decode.loss_ce', 'decode.acc_seg'}
    terms['decode.loss_ce'].backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []
    assert all(p.grad.isfinite().all() for p in network.parameters())


@EVERY_NETWORK
def test_tensor_and_predict_modes_agree_at_an_odd_size(backbone, decoder, slots):
    size = (65, 97)
    network = _build(backbone, decoder, slots).eval()
    images, samples = torch.randn(1, 3, *size), data_samples(torch.zeros(1, *size).long())
    with torch.no_grad():
        logits = network(images, mode='tensor')
        (outcome,) = network(images, samples, mode='predict')
    assert logits.shape == (1, CLASSES, 17, 25)
    resized = torch.nn.functional.interpolate(logits, size, mode='bilinear')
    torch.testing.assert_close(outcome.seg_logits.data, resized[0])


def test_sliding_windows_cover_the_image():
    cfg = ConfigDict(network_cfg('ResNet', 'UPerHead'))
    cfg.test_cfg = dict(mode='slide', crop_size=(64, 64), stride=(48, 48))
    network = MODELS.build(cfg).eval()
    image = torch.rand(1, 3, 96, 150)
    with torch.no_grad():
        logits = network.inference(image, [dict(ori_shape=(96, 150), img_shape=(96, 150))])
        corner = network.encode_decode(image[..., :64, :64], [dict(img_shape=(64, 64))])
    assert logits.shape == (1, CLASSES, 96, 150)
    torch.testing.assert_close(logits[..., :32, :48], corner[..., :32, :48])
