import pytest
import torch

from mmseg_scr.ops.precision import at_least_float32

HALF, BRAIN, SINGLE, DOUBLE = torch.float16, torch.bfloat16, torch.float32, torch.float64


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ([HALF], SINGLE),
        ([BRAIN, HALF], SINGLE),
        ([SINGLE, HALF], SINGLE),
        ([HALF, DOUBLE], DOUBLE),
        ([torch.uint8], SINGLE),
    ],
)
def test_is_the_widest_but_never_half(given, expected):
    assert at_least_float32(*(torch.zeros(1, dtype=dtype) for dtype in given)) == expected
