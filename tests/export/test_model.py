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
    with pytest.raises(ExportError, match=r'torch.export refuses the model: .*data-dependent'):
        trace(deployed)


def test_reason_is_the_first_line_that_says_something():
    assert reason(RuntimeError('\n\nA guard.\nMore.')) == 'A guard.'
    assert reason(RuntimeError()) == 'RuntimeError'
    assert len(reason(RuntimeError('x' * 900))) < 310
