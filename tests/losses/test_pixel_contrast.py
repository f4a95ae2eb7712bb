import pytest
import torch
from reference.contrast import contrast_by_loops
from torch.nn import functional as F

from mmseg_scr.losses.pixel_contrast import pixel_contrast

PAIR_LABELS = [0, 1, 0, 2, 1, 0]


def _golden_embeddings():
    a, v, d = (torch.arange(n).double() for n in (6, 3, 5))
    a, v = a[:, None, None], v[:, None]
    x = F.normalize(torch.sin(1 + 0.7 * a + 1.3 * v + 2.1 * d + 0.05 * a * v * d), dim=2)
    return x.flatten(0, 1), torch.tensor(PAIR_LABELS).repeat_interleave(3)


def _anchors(count=12, classes=4, width=5):
    return F.normalize(torch.randn(count, width).double(), dim=1), torch.randint(classes, (count,))


@pytest.mark.parametrize(
    ('temperature', 'value', 'gradient'), [(0.1, 11.394415, 44.58408), (0.07, 15.946321, 65.10938)]
)
def test_golden_numbers(temperature, value, gradient):
    embeddings, labels = _golden_embeddings()
    embeddings = embeddings.float().requires_grad_()
    contrast = pixel_contrast(embeddings, labels, temperature)
    contrast.backward()
    assert contrast.item() == pytest.approx(value, rel=1e-6)
    assert float(embeddings.grad.abs().sum()) == pytest.approx(gradient, rel=1e-5)


def test_golden_number_of_bfloat16_embeddings():
    embeddings, labels = _golden_embeddings()
    contrast = pixel_contrast(embeddings.bfloat16(), labels, 0.1)
    assert contrast.dtype == torch.float32
    assert contrast.item() == pytest.approx(11.3979, abs=2e-4)
    rounded = contrast_by_loops(embeddings.bfloat16(), labels.tolist(), 0.1)
    assert contrast.item() == pytest.approx(rounded, rel=1e-6)


@pytest.mark.parametrize('temperature', [0.05, 0.1, 1.0])
@pytest.mark.parametrize('classes', [1, 2, 5, 30])
def test_equals_eq_11_in_loops(classes, temperature):
    embeddings, labels = _anchors(classes=classes)
    expected = contrast_by_loops(embeddings, labels.tolist(), temperature)
    assert pixel_contrast(embeddings, labels, temperature).item() == pytest.approx(expected)


def test_rows_that_are_not_valid_take_no_part():
    embeddings, labels = _anchors(count=20)
    valid = torch.rand(20) < 0.6
    alone = pixel_contrast(embeddings[valid], labels[valid], 0.1)
    garbage = torch.where(valid[:, None], embeddings, 7.0)
    torch.testing.assert_close(pixel_contrast(garbage, labels, 0.1, valid=valid), alone)


@pytest.mark.parametrize(
    'labels', [[3, 3, 3, 3], [0, 1, 2, 3], [5]], ids=['one class', 'no positives', 'one anchor']
)
def test_nothing_to_contrast_is_zero_with_a_graph(labels):
    embeddings = _anchors(count=len(labels))[0].requires_grad_()
    contrast = pixel_contrast(embeddings, torch.tensor(labels), 0.1)
    contrast.backward()
    assert contrast.item() == 0
    assert not embeddings.grad.any()


def test_no_valid_row_is_zero_with_a_graph():
    embeddings = _anchors(count=4)[0].requires_grad_()
    labels, valid = torch.tensor([0, 0, 1, 1]), torch.zeros(4, dtype=torch.bool)
    contrast = pixel_contrast(embeddings, labels, 0.1, valid=valid)
    contrast.backward()
    assert contrast.item() == 0
    assert not embeddings.grad.any()


def test_gradient_of_the_embeddings():
    embeddings, labels = _anchors(count=9, classes=3)
    assert torch.autograd.gradcheck(
        lambda x: pixel_contrast(x, labels, 0.5), embeddings.requires_grad_()
    )


def test_order_of_the_anchors_does_not_matter():
    embeddings, labels = _anchors()
    order = torch.randperm(12)
    torch.testing.assert_close(
        pixel_contrast(embeddings[order], labels[order], 0.1),
        pixel_contrast(embeddings, labels, 0.1),
    )


def test_embeddings_that_are_far_too_long_stay_finite():
    """The published form takes the logarithm of zero here."""
    embeddings, labels = _anchors()
    embeddings = (1000 * embeddings.float()).requires_grad_()
    contrast = pixel_contrast(embeddings, labels, 0.07)
    contrast.backward()
    assert contrast.isfinite()
    assert embeddings.grad.isfinite().all()


def test_autocast_does_not_lower_the_precision(device):
    embeddings, labels = _golden_embeddings()
    with torch.autocast(device.type, torch.bfloat16):
        contrast = pixel_contrast(embeddings.float(), labels, 0.1)
    assert contrast.dtype == torch.float32
    assert contrast.item() == pytest.approx(11.394415, rel=1e-6)
