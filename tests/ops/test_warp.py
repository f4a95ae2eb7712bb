import pytest
import torch
from builders.fill import wave
from builders.golden import check_golden
from reference.upsampling import areas_by_loops, sample_groups_by_loops
from reference.warp import warp_by_double_sum

from mmseg_scr.ops.warp import resized_grid, sample_at, sample_groups, warp_by_offset


@pytest.mark.parametrize('size', [(5, 7), (1, 6), (6, 1), (1, 1)])
def test_equals_the_double_sum_of_eq_4(size):
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    offset = 3 * torch.randn(2, 2, *size, dtype=torch.float64)
    torch.testing.assert_close(warp_by_offset(x, offset), warp_by_double_sum(x, offset))


def test_golden_numbers():
    offset = 1.7 * wave(1, 2, 6, 8, seed=0.3)
    warped = warp_by_offset(wave(1, 3, 6, 8).float(), offset.float())
    check_golden(warped, 0.48503, 33.91531, [0, 0.21113, 0.86303, -0.07569], [-0.65984, -0.31007])


@pytest.mark.parametrize('size', [(5, 7), (1, 6), (45, 80), (1, 1)])
def test_zero_offset_is_the_identity(size):
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    torch.testing.assert_close(warp_by_offset(x, x.new_zeros(2, 2, *size)), x)
    # In float32 a coordinate is exact to one part in 2 ** 23 of the width.
    single = warp_by_offset(x.float(), torch.zeros(2, 2, *size))
    torch.testing.assert_close(single.double(), x, rtol=0, atol=8 * max(size) * 2**-23)


def _shift(x, right, down):
    """x read `right` columns and `down` rows further on, zero where there is nothing to read."""
    out = torch.zeros_like(x)
    height, width = x.shape[2:]
    for row in range(height):
        for column in range(width):
            n, m = row + down, column + right
            if 0 <= n < height and 0 <= m < width:
                out[:, :, row, column] = x[:, :, n, m]
    return out


@pytest.mark.parametrize(('right', 'down'), [(1, 0), (-1, 0), (0, 1), (0, -1), (2, -3)])
def test_whole_offsets_shift_by_that_many_pixels_and_zeros_come_in(right, down):
    x = torch.randn(1, 2, 5, 7, dtype=torch.float64)
    offset = torch.tensor([right, down]).double().reshape(1, 2, 1, 1).expand(1, 2, 5, 7)
    torch.testing.assert_close(warp_by_offset(x, offset), _shift(x, right, down))


def test_far_offsets_give_zero():
    x = torch.ones(1, 1, 4, 4)
    assert not warp_by_offset(x, torch.full((1, 2, 4, 4), 1e4)).any()


def test_gradients_of_map_and_offset():
    x = torch.randn(1, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    # Away from whole numbers, where the interpolation has a kink.
    offset = (torch.randint(-2, 3, (1, 2, 3, 4)) + 0.2 + 0.6 * torch.rand(1, 2, 3, 4)).double()
    assert torch.autograd.gradcheck(warp_by_offset, (x, offset.requires_grad_()))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_maps_are_not_displaced(dtype):
    """Coordinates in bfloat16 are off by up to half a pixel at column 511."""
    x = (torch.arange(512) % 16 - 7.5).expand(1, 1, 3, 512).to(dtype)
    offset = torch.full((1, 2, 3, 512), 0.25)
    offset[:, 1] = 0
    warped = warp_by_offset(x, offset)
    assert warped.dtype == dtype
    torch.testing.assert_close(
        warped.double(), warp_by_offset(x.double(), offset.double()), rtol=2**-8, atol=1e-3
    )


def test_autocast_does_not_displace_either(device):
    x, offset = torch.randn(1, 2, 4, 512), torch.full((1, 2, 4, 512), 0.3)
    with torch.autocast(device.type, torch.bfloat16):
        warped = warp_by_offset(x, offset)
    torch.testing.assert_close(warped.float(), warp_by_offset(x, offset))


def of_both_layouts(x, offset, weights):
    """Results and gradients of a map (B, C, H, W) in either layout."""
    for layout in (torch.contiguous_format, torch.channels_last):
        given = x.to(memory_format=layout).requires_grad_()
        moved = offset.clone().requires_grad_()
        warped = warp_by_offset(given, moved)
        yield warped, *torch.autograd.grad(warped, [given, moved], weights)


@pytest.mark.parametrize('size', [(5, 7), (1, 6), (6, 1)])
def test_both_layouts_give_the_same_and_the_same_gradients(size):
    x, offset = torch.randn(2, 4, *size).double(), 4 * torch.randn(2, 2, *size).double()
    plain, last = of_both_layouts(x, offset, torch.randn_like(x))
    torch.testing.assert_close(last, plain, rtol=1e-10, atol=1e-10)


@pytest.mark.cpu_only('grid_sample of other devices is fast')
def test_a_channels_last_map_stays_one_on_a_cpu():
    x, offset = torch.randn(2, 4, 5, 7), torch.randn(2, 2, 5, 7)
    _, (warped, of_map, _) = of_both_layouts(x, offset, torch.randn_like(x))
    assert warped.is_contiguous(memory_format=torch.channels_last)
    assert of_map.is_contiguous(memory_format=torch.channels_last)


def test_gradients_of_a_channels_last_map_and_its_offset():
    x = torch.randn(1, 2, 3, 4, dtype=torch.float64).to(memory_format=torch.channels_last)
    offset = (torch.randint(-2, 3, (1, 2, 3, 4)) + 0.2 + 0.6 * torch.rand(1, 2, 3, 4)).double()
    given = (x.requires_grad_(), offset.requires_grad_())
    assert torch.autograd.gradcheck(warp_by_offset, given)


@pytest.mark.parametrize('far', [1e4, -1e4, 1e30, float('inf')])
def test_far_offsets_give_zero_of_a_channels_last_map(far):
    x = torch.ones(1, 2, 4, 4).to(memory_format=torch.channels_last)
    assert not warp_by_offset(x, torch.full((1, 2, 4, 4), far)).any()


def test_a_compiler_sees_the_sampling_operator_in_either_layout():
    """Exporters and compilers have a form of it; how a CPU reads rows is no part of a graph."""
    names = []

    def backend(graph, _):
        names.extend(str(node.target) for node in graph.graph.nodes)
        return graph.forward

    x = torch.randn(2, 4, 5, 7).to(memory_format=torch.channels_last)
    torch.compiler.reset()
    torch.compile(warp_by_offset, backend=backend)(x, torch.randn(2, 2, 5, 7))
    assert any('grid_sample' in name for name in names)
    assert not any('embedding_bag' in name for name in names)


@pytest.mark.parametrize('shape', [(1, 2, 5, 6), (1, 3, 5, 7), (2, 2, 5, 7)])
def test_offset_of_another_shape_is_refused_with_both_shapes(shape):
    with pytest.raises(ValueError, match=r'offset \(\d, \d, 5, \d\) and x \(1, 4, 5, 7\)'):
        warp_by_offset(torch.zeros(1, 4, 5, 7), torch.zeros(shape))


def test_half_precision_positions_are_not_rounded_again():
    x = torch.arange(512.0).expand(1, 1, 1, 512)
    position = torch.zeros(1, 2, 1, 1, dtype=torch.bfloat16)
    position[:, 0] = 300  # exact in bfloat16; its place between -1 and 1 is not
    torch.testing.assert_close(sample_at(x, position), x[..., 300:301], rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ('source', 'target'), [((3, 4), (6, 8)), ((23, 1), (45, 2)), ((3, 4), (3, 4))]
)
def test_resized_grid_makes_the_areas_of_both_maps_coincide(source, target):
    grid = resized_grid(source, target, like=torch.zeros((), dtype=torch.float64))
    torch.testing.assert_close(grid[0], areas_by_loops(source, target))


@pytest.mark.parametrize('size', [(4, 5), (1, 1), (1, 4)])
def test_groups_are_sampled_alone_and_the_border_is_repeated(size):
    x = torch.randn(2, 6, *size).double()
    position = 3 * torch.randn(2, 2, 3, 5, 7).double()  # also far outside
    torch.testing.assert_close(sample_groups(x, position), sample_groups_by_loops(x, position))


def test_gradients_of_sampled_groups():
    x = torch.randn(1, 4, 3, 4).double().requires_grad_()
    position = (2 * torch.rand(1, 2, 2, 3, 3)).double().requires_grad_()
    assert torch.autograd.gradcheck(sample_groups, (x, position))
