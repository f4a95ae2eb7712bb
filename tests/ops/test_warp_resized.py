import pytest
import torch
import torch.nn.functional as F
from reference.warp import warp_by_double_sum

from mmseg_scr.ops.warp import pixel_grid
from mmseg_scr.ops.warp_resized import sample_resized, warp_resized

SIZES = [
    ((5, 7), (10, 14)),
    ((5, 7), (9, 13)),  # of odd pictures
    ((7, 9), (8, 10)),
    ((3, 4), (12, 13)),
    ((4, 4), (4, 4)),
    ((1, 3), (4, 3)),
    ((3, 1), (7, 2)),
    ((1, 1), (1, 1)),
]


def resized_then_warped(x, offset, align_corners):
    size = tuple(offset.shape[2:])
    large = F.interpolate(x, size, mode='bilinear', align_corners=align_corners)
    return warp_by_double_sum(large, offset)


def far_and_near(size):
    """Offsets (2, 2, H, W) of up to a few pixels, across every border."""
    return 3 * torch.randn(2, 2, *size, dtype=torch.float64)


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('source', 'target'), SIZES)
def test_nine_pixels_of_the_small_map_are_four_of_the_large_one(source, target, align_corners):
    x, offset = torch.randn(2, 3, *source, dtype=torch.float64), far_and_near(target)
    position = pixel_grid(target, like=offset) + offset
    sampled = sample_resized(x, position, target, align_corners=align_corners)
    torch.testing.assert_close(sampled, resized_then_warped(x, offset, align_corners))


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('source', 'target'), [*SIZES, ((6, 8), (3, 4))])
def test_equals_resizing_then_warping(source, target, align_corners):
    x, offset = torch.randn(2, 3, *source, dtype=torch.float64), far_and_near(target)
    warped = warp_resized(x, offset, align_corners=align_corners)
    torch.testing.assert_close(warped, resized_then_warped(x, offset, align_corners))


@pytest.mark.parametrize('far', [1e4, -1e4, 1e30, float('inf')])
def test_nothing_is_seen_far_outside(far):
    x, position = torch.ones(1, 2, 3, 4), torch.full((1, 2, 6, 8), far)
    assert not sample_resized(x, position, (6, 8)).any()


def test_whole_rows_of_a_large_map_are_sampled_to_a_thousandth_of_a_pixel():
    """In float32, on a ramp, a value says where it was read."""
    x = torch.arange(1024.0).expand(1, 1, 2, 1024)
    offset = torch.full((1, 2, 4, 2048), 0.25)
    offset[:, 1] = 0
    position = pixel_grid((4, 2048), like=offset) + offset
    sampled = sample_resized(x, position, (4, 2048))[..., 2:-2]
    place = (torch.arange(2048.0)[2:-2] + 0.25 + 0.5) / 2 - 0.5
    torch.testing.assert_close(sampled, place.expand(1, 1, 4, -1), rtol=0, atol=1e-3)


def operators(compile_it):
    """Names of the operators in the graph that a compiler is given."""
    names = []

    def backend(graph, _):
        names.extend(str(node.target) for node in graph.graph.nodes)
        return graph.forward

    torch.compiler.reset()
    compile_it(backend)
    return ' '.join(names)


@pytest.mark.needs_torch('2.7', 'an exporter told from a compiler')
@pytest.mark.cpu_only('grid_sample of other devices is fast')
def test_a_program_for_predictions_reads_rows_of_the_small_map():
    x, offset = torch.randn(2, 4, 3, 4), torch.randn(2, 2, 6, 8)
    expected = warp_resized(x, offset)

    def predict(backend):
        with torch.no_grad():
            result = torch.compile(warp_resized, backend=backend)(x, offset)
        torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-5)

    names = operators(predict)
    assert 'embedding_bag' in names
    assert 'grid_sample' not in names
    assert 'interpolate' not in names


def test_a_program_that_learns_samples_the_large_map():
    x, offset = torch.randn(2, 4, 3, 4, requires_grad=True), torch.randn(2, 2, 6, 8)
    names = operators(lambda backend: torch.compile(warp_resized, backend=backend)(x, offset))
    assert 'grid_sample' in names
    assert 'embedding_bag' not in names


def test_a_program_that_makes_a_map_smaller_samples_that():
    x, offset = torch.randn(2, 4, 6, 8), torch.randn(2, 2, 3, 4)
    with torch.no_grad():
        names = operators(lambda backend: torch.compile(warp_resized, backend=backend)(x, offset))
    assert 'grid_sample' in names


class Warp(torch.nn.Module):
    def forward(self, x, offset):
        return warp_resized(x, offset)


@torch.no_grad()
def test_an_exported_graph_has_the_sampling_operator():
    given = torch.randn(2, 4, 3, 4), torch.randn(2, 2, 6, 8)
    graph = torch.export.export(Warp(), given).graph
    assert any('grid_sampler' in str(node.target) for node in graph.nodes)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@torch.no_grad()
def test_a_program_of_half_precision_is_not_displaced(dtype):
    x = (torch.arange(256) % 16 - 7.5).expand(1, 1, 2, 256).to(dtype)
    offset = torch.full((1, 2, 4, 512), 0.25)
    expected = warp_resized(x.double(), offset.double())
    torch.compiler.reset()
    warped = torch.compile(warp_resized, backend='eager')(x, offset)
    assert warped.dtype == dtype
    torch.testing.assert_close(warped.double(), expected, rtol=2**-7, atol=2e-3)
