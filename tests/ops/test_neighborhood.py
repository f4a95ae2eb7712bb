import pytest
import torch
from builders.fill import wave
from builders.golden import check_golden
from reference.neighborhood import combine_by_loops, cosines_by_loops

from mmseg_scr.ops.neighborhood import combine_neighbors, neighbor_cosines


@pytest.mark.parametrize('size', [(4, 6), (1, 5), (5, 1), (1, 1), (2, 2)])
def test_equals_the_loops_of_eq_3(size):
    offset = torch.randn(2, 2, *size, dtype=torch.float64)
    weights = torch.randn(2, 9, *size, dtype=torch.float64)
    torch.testing.assert_close(
        combine_neighbors(offset, weights), combine_by_loops(offset, weights)
    )


def test_golden_numbers_with_softmax_weights():
    weights = (2 * wave(1, 9, 4, 5, seed=0.7)).softmax(1)
    combined = combine_neighbors(wave(1, 2, 4, 5, seed=0.1).float(), weights.float())
    check_golden(combined, -2.45738, 9.30682, [0.2177, 0.43467, 0.40985, 0.42622])


def test_golden_numbers_with_raw_weights():
    combined = combine_neighbors(wave(1, 2, 4, 5, seed=0.1), 2 * wave(1, 9, 4, 5, seed=0.7))
    check_golden(combined, -35.42809, 81.27387, [0.98002, 1.8565, 1.23037, 1.64806])


def test_golden_numbers_with_replicated_border():
    offset, logits = wave(1, 2, 4, 5, seed=0.1), 2 * wave(1, 9, 4, 5, seed=0.7)
    combined = combine_neighbors(offset, logits.softmax(1), padding_mode='replicate')
    check_golden(combined, 2.43355, 13.57137, [0.51255, 0.57455, 0.65968, 0.7434])
    raw = combine_neighbors(offset, logits, padding_mode='replicate')
    assert float(raw.sum()) == pytest.approx(-13.02306, abs=1e-3)
    assert float(raw.abs().sum()) == pytest.approx(84.88545, abs=1e-3)


def test_replicated_border_keeps_a_constant_map():
    constant, equal = torch.ones(1, 2, 3, 1), torch.full((1, 9, 3, 1), 1 / 9)
    combined = combine_neighbors(constant, equal, padding_mode='replicate')
    torch.testing.assert_close(combined, constant)


def test_unknown_padding_is_refused_with_the_choices():
    with pytest.raises(ValueError, match=r"\['zeros', 'replicate'\], got 'reflect'"):
        combine_neighbors(torch.zeros(1, 2, 4, 5), torch.zeros(1, 9, 4, 5), padding_mode='reflect')


@pytest.mark.parametrize('k', range(9))
def test_one_weight_alone_reads_that_neighbor(k):
    offset = torch.zeros(1, 2, 5, 5)
    offset[0, :, 1 + k // 3, 1 + k % 3] = torch.tensor([3.0, -4.0])
    weights = torch.zeros(1, 9, 5, 5)
    weights[:, k] = 1
    combined = combine_neighbors(offset, weights)
    assert combined[0, :, 2, 2].tolist() == [3, -4]
    assert combined.count_nonzero() == 2


def test_equal_weights_shrink_a_constant_map_at_its_border():
    combined = combine_neighbors(torch.ones(1, 2, 5, 5), torch.full((1, 9, 5, 5), 1 / 9))
    assert float(combined[0, 0, 2, 2]) == pytest.approx(1)
    assert float(combined[0, 0, 0, 2]) == pytest.approx(6 / 9)
    assert float(combined[0, 1, 4, 4]) == pytest.approx(4 / 9)


def test_gradients_of_offset_and_weights():
    offset = torch.randn(1, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(1, 9, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(combine_neighbors, (offset, weights))


def test_half_precision_sums_in_float32():
    offset = (100 * torch.randn(1, 2, 6, 6)).bfloat16()
    weights = torch.randn(1, 9, 6, 6).softmax(1).bfloat16()
    combined = combine_neighbors(offset, weights)
    assert combined.dtype == torch.bfloat16
    exact = combine_by_loops(offset.double(), weights.double())
    torch.testing.assert_close(combined.double(), exact, rtol=2**-8, atol=1e-3)


@pytest.mark.parametrize('shape', [(1, 18, 4, 5), (1, 9, 4, 4)])
def test_weights_of_another_shape_are_refused_with_both_shapes(shape):
    with pytest.raises(ValueError, match=r'weights \(1, \d+, 4, \d\) and offset \(1, 2, 4, 5\)'):
        combine_neighbors(torch.zeros(1, 2, 4, 5), torch.zeros(shape))


@pytest.mark.parametrize('distance', [1, 2])
@pytest.mark.parametrize('size', [(4, 6), (1, 5), (1, 1), (7, 3)])
def test_cosines_equal_the_loops(size, distance):
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    torch.testing.assert_close(
        neighbor_cosines(x, distance=distance), cosines_by_loops(x, distance)
    )


def test_cosines_do_not_depend_on_the_length_of_the_vectors():
    x = torch.randn(1, 3, 4, 5)
    torch.testing.assert_close(
        neighbor_cosines(1e-6 * x, distance=1), neighbor_cosines(x, distance=1)
    )


def test_cosines_of_half_precision_and_of_zeros_are_finite_float32():
    x = torch.randn(1, 3, 4, 4).half()
    x[:, :, 1] = 0
    cosines = neighbor_cosines(x, distance=2)
    assert cosines.dtype == torch.float32
    torch.testing.assert_close(cosines.double(), cosines_by_loops(x.double(), 2))


def test_gradients_of_cosines():
    x = torch.randn(1, 2, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: neighbor_cosines(x, distance=2), (x,))
