import pytest
import torch
from reference.crm import pool_to
from torch import nn
from torch.nn import functional as F

from mmseg_scr.ops.pool import average_pool, pool_by_products

FORMS = pytest.mark.parametrize('pool', [average_pool, pool_by_products])
SIZES = [((90, 160), (23, 40)), ((17, 25), (3, 4)), ((8, 12), (2, 3)), ((5, 7), (1, 1))]
SIZES += [((4, 1), (2, 1)), ((3, 2), (6, 6)), ((6, 5), (6, 5))]


@FORMS
@pytest.mark.parametrize(('source', 'target'), [((17, 25), (3, 4)), ((4, 1), (2, 1))])
def test_equals_averages_of_windows_found_by_loops(pool, source, target):
    x = torch.randn(2, 3, *source, dtype=torch.float64)
    torch.testing.assert_close(pool(x, target), pool_to(x, target))


@pytest.mark.parametrize(('source', 'target'), SIZES)
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_products_equal_adaptive_pooling_up_to_rounding(source, target, dtype):
    x = torch.randn(2, 3, *source, dtype=dtype)
    pooled = pool_by_products(x, target)
    torch.testing.assert_close(pooled, F.adaptive_avg_pool2d(x, target), rtol=1e-6, atol=1e-6)
    assert pooled.dtype == dtype


@FORMS
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_sums_of_half_precision_are_taken_in_float32(pool, dtype):
    x = (1000 + torch.rand(1, 2, 64, 64)).to(dtype)  # their sum is beyond float16
    pooled = pool(x, (2, 2))
    assert pooled.dtype == dtype
    expected = F.adaptive_avg_pool2d(x.double(), (2, 2))
    torch.testing.assert_close(pooled.double(), expected, rtol=torch.finfo(dtype).eps, atol=0)


@FORMS
def test_autocast_does_not_round_the_averages(pool, device):
    x = torch.rand(1, 2, 17, 25)
    with torch.autocast(device.type, torch.bfloat16):
        pooled = pool(x, (3, 4))
    assert pooled.dtype == torch.float32
    torch.testing.assert_close(pooled, F.adaptive_avg_pool2d(x, (3, 4)))


@pytest.mark.parametrize(('source', 'target'), [((9, 7), (4, 3)), ((2, 3), (3, 3))])
def test_gradients_of_the_products(source, target):
    x = torch.randn(1, 2, *source, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: pool_by_products(x, target), x)


def test_products_keep_no_map_for_the_gradient():
    kept = []
    x = torch.randn(2, 8, 16, 16, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(kept.append, lambda t: t):
        pool_by_products(x, (2, 2))
    assert sum(t.numel() for t in kept) < x.numel() / 4


class _PoolToTheSecond(nn.Module):
    def forward(self, x, y):
        return average_pool(x, y.shape[2:])


def test_an_exported_graph_has_products_and_eager_has_torchs_operator():
    free = {axis: torch.export.Dim.DYNAMIC for axis in (0, 2, 3)}
    maps = torch.randn(2, 3, 17, 25), torch.randn(2, 1, 3, 4)
    program = torch.export.export(_PoolToTheSecond(), maps, dynamic_shapes=(free, free))
    called = {str(node.target) for node in program.graph.nodes}
    assert not [name for name in called if 'adaptive' in name]
    for source, target in SIZES[:3]:
        x, y = torch.randn(3, 3, *source), torch.randn(3, 1, *target)
        expected = F.adaptive_avg_pool2d(x, target)
        torch.testing.assert_close(program.module()(x, y), expected)
        assert torch.equal(average_pool(x, target), expected)
