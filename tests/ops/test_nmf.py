import pytest
import torch
from builders.field import check_row, field_wave
from reference.nmf import nmf_by_loops
from torch.nn import functional as F

from mmseg_scr.ops.nmf import approximate_by_nmf

GOLDEN_SHAPE = 2, 32, 6, 8
ROWS = {  # steps: of training, of evaluation
    6: (1183.281, 0.3851826, 1183.281, 0.6259964, 0.3977557, 0.2241928, 0.2047572),
    7: (1195.444, 0.389142, 1195.444, 0.6142567, 0.4991769, 0.1280209, 0.1701826),
}
ROWS_OF_GRADIENTS = {  # by one_step_gradient
    False: (1690.878, 0.550416, 1819.071, 0.2627335, 1.376404, 0, 0),
    True: (1626.56, 0.529479, 1626.56, 1.141154, 0.8580941, 0, 0),
}


def golden_bases(images=2, channels=32, rank=8):
    """|sin(0.1 k + 0.3)|, every column of an image of length 1."""
    k = torch.arange(images * channels * rank).double()
    return F.normalize(torch.sin(0.1 * k + 0.3).abs().reshape(images, channels, rank), dim=1)


def _draw(images=2, channels=5, pixels=7, rank=3):
    return torch.rand(images, channels, pixels).double(), F.normalize(
        torch.rand(images, channels, rank).double(), dim=1
    )


@pytest.mark.parametrize('one_step', [False, True])
@pytest.mark.parametrize('steps', ROWS)
def test_golden_numbers_of_the_originals(steps, one_step):
    x = field_wave(*GOLDEN_SHAPE, seed=0.4).relu().flatten(2)
    check_row(
        approximate_by_nmf(x, golden_bases(), steps, one_step_gradient=one_step), *ROWS[steps]
    )


@pytest.mark.parametrize('one_step', [False, True])
def test_golden_numbers_of_both_gradients(one_step):
    x = field_wave(*GOLDEN_SHAPE, seed=0.4).requires_grad_()
    approximate_by_nmf(
        x.relu().flatten(2), golden_bases(), 6, one_step_gradient=one_step
    ).sum().backward()
    check_row(x.grad, *ROWS_OF_GRADIENTS[one_step])


@pytest.mark.parametrize('steps', [0, 1, 6])
def test_equals_the_loops(steps):
    x, bases = _draw()
    expected = [nmf_by_loops(one, start, steps) for one, start in zip(x, bases, strict=True)]
    torch.testing.assert_close(approximate_by_nmf(x, bases, steps), torch.stack(expected))


def test_bases_of_all_images_equal_the_same_for_each():
    x, bases = _draw()
    shared = approximate_by_nmf(x, bases[0], 4)
    torch.testing.assert_close(shared, approximate_by_nmf(x, bases[:1].expand(2, -1, -1), 4))


def test_a_matrix_of_the_rank_is_approached():
    left, right = torch.rand(1, 6, 2).double(), torch.rand(1, 2, 30).double()
    _, bases = _draw(images=1, channels=6, rank=2)
    errors = [
        float((approximate_by_nmf(left @ right, bases, steps) - left @ right).norm())
        for steps in (0, 5, 50, 500)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.05 * errors[0]


def test_gradient_of_all_steps_is_exact():
    x, bases = _draw()
    inputs = x.requires_grad_(), bases.requires_grad_()
    assert torch.autograd.gradcheck(lambda x, bases: approximate_by_nmf(x, bases, 3), inputs)


def test_gradient_of_one_step_is_that_of_the_last_update():
    """The factors are constants: the result is C (D^T x) / (D^T D C + epsilon), linear in x."""
    x, bases = _draw(images=1)
    x = x.requires_grad_()
    y = approximate_by_nmf(x, bases, 3, one_step_gradient=True)
    seed = torch.randn_like(y)
    (gradient,) = torch.autograd.grad(y, x, seed)
    torch.testing.assert_close((gradient * x).sum(), (seed * y).sum())


@pytest.mark.parametrize('one_step', [False, True])
def test_zeros_give_zeros_and_finite_gradients(one_step):
    x = torch.zeros(1, 4, 6, requires_grad=True)
    y = approximate_by_nmf(x, F.normalize(torch.rand(4, 3), dim=0), 7, one_step_gradient=one_step)
    y.sum().backward()
    assert not y.any()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_the_epsilon_and_long_sums_survive_half_precision(dtype, device):
    """float16 has no 1e-8, and not the squares that these pixels sum up to."""
    x = 40 * torch.rand(1, 8, 4096)
    x[:, :, :2048] = 0
    x = x.to(device, dtype)
    bases = F.normalize(torch.rand(8, 4, device=device), dim=0)
    exact = approximate_by_nmf(x.float(), bases, 7)
    with torch.autocast(device.type, dtype):
        low = approximate_by_nmf(x, bases, 7)
    assert low.dtype == dtype
    assert torch.equal(low, exact.to(dtype))
