import pytest
import torch
from builders.exported import small_model

from mmseg_scr.export import Deployed, ExportError
from mmseg_scr.export.model import reason, trace

SIZES = [(1, 33, 64), (3, 64, 32), (1, 97, 129), (2, 5, 5)]


@pytest.mark.parametrize('divisor', [None, 32])
def test_one_trace_takes_sizes_that_are_and_are_not_multiples_of_the_divisor(divisor):
    padding = dict(test_cfg=dict(size_divisor=divisor)) if divisor else {}
    model = small_model(preprocessor=dict(type='SegDataPreProcessor', **padding))
    deployed = Deployed(model, output='labels')
    program = trace(deployed).module()
    for batch, *size in SIZES:
        image = torch.randn(batch, 3, *size)
        assert torch.equal(program(image), deployed(image))


def test_refusal_has_the_reason_of_torch():
    deployed = Deployed(small_model())
    deployed.model.decode_head.forward = lambda maps: maps[0] if maps[0].mean() > 0 else -maps[0]
    reason = 'data-dependent' if torch.__version__ >= '2.7' else 'control flow'
    with pytest.raises(ExportError, match=f'torch.export refuses the model: .*{reason}'):
        trace(deployed)


def of_multiples_of_16(maps):
    if maps[0].shape[-1] % 16:
        raise AssertionError('sides must be multiples of 16')
    return maps[0][..., :2, :2]


def test_an_example_that_the_model_does_not_take_is_named():
    deployed = Deployed(small_model(preprocessor=dict(type='SegDataPreProcessor')))
    deployed.model.decode_head.forward = of_multiples_of_16
    message = (
        r'does not take the example, 2 images of 40x52; .*--example BxHxW\): sides must be mul'
    )
    with pytest.raises(ExportError, match=message):
        trace(deployed, (2, 40, 52))


def test_a_size_that_may_not_be_free_is_named():
    deployed = Deployed(small_model(preprocessor=dict(type='SegDataPreProcessor')), output='head')
    deployed.model.backbone.conv = torch.nn.Conv2d(3, 8, 1)
    position = torch.zeros(8, 40, 48)
    deployed.model.decode_head.forward = lambda maps: maps[0] + position
    with pytest.raises(ExportError, match=r"refuses the model: .*L\['image'\].size\(\)\[2\].*40"):
        trace(deployed, (2, 40, 48))


def test_reason_is_the_first_line_that_says_something():
    assert reason(RuntimeError('\n\nA guard.\nMore.')) == 'A guard.'
    assert reason(RuntimeError()) == 'RuntimeError'
    assert len(reason(RuntimeError('x' * 900))) < 310
