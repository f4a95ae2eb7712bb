import pytest
import torch
from reference.context_aware import distillation_by_loops
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional as F

from mmseg_scr.ops.distillation import entropy_distillation


def _pair(images=2, classes=4, size=(3, 4), dtype=torch.float64):
    shape = (images, classes, *size)
    return [(2 * torch.randn(shape, dtype=dtype)).requires_grad_() for _ in range(2)]


def _labels(images=2, classes=4, size=(3, 4)):
    labels = torch.randint(classes, (images, *size))
    labels[:, 0, :2] = 255
    return labels


@pytest.mark.parametrize('smoothness', [0.5, 0.0, 0.3, 1.0])
@pytest.mark.parametrize('ignore_index', [255, 0])
def test_equals_the_loops_with_its_gradient(smoothness, ignore_index):
    (student, teacher), labels = _pair(), _labels()
    fast = entropy_distillation(
        student, teacher, labels, ignore_index=ignore_index, smoothness=smoothness
    )
    slow = distillation_by_loops(student, teacher, labels, ignore_index, smoothness)
    torch.testing.assert_close(fast, slow)
    torch.testing.assert_close(
        torch.autograd.grad(fast, student)[0], torch.autograd.grad(slow, student)[0]
    )


def test_absent_classes_leave_the_mean():
    (student, teacher), labels = _pair(classes=9), _labels(classes=2)
    fast = entropy_distillation(student, teacher, labels, ignore_index=255)
    torch.testing.assert_close(fast, distillation_by_loops(student, teacher, labels, 255))


def test_equal_teacher_entropies_and_one_class_give_plain_cross_entropy():
    student, _ = _pair()
    teacher = torch.zeros_like(student)
    labels = torch.full((2, 3, 4), 1)
    distance = entropy_distillation(student, teacher, labels, ignore_index=255, smoothness=0.0)
    torch.testing.assert_close(distance, F.cross_entropy(student, labels))


def test_values_of_pixels_that_take_no_part_do_not_matter():
    student, teacher = torch.randn(2, 1, 3, 2, 2).unbind()
    labels = torch.tensor([[[0, 1], [2, 255]]])
    expected = entropy_distillation(student, teacher, labels, ignore_index=255)
    for logits in (student, teacher):
        logits[..., 1, 1] = torch.nan
    assert torch.equal(entropy_distillation(student, teacher, labels, ignore_index=255), expected)


def test_a_class_counts_the_same_whatever_its_number_of_pixels():
    student, _ = _pair(images=1, size=(1, 6))
    teacher = torch.zeros_like(student)
    labels = torch.tensor([[[0, 0, 0, 0, 0, 3]]])
    distance = entropy_distillation(student, teacher, labels, ignore_index=255, smoothness=0.0)
    pixels = F.cross_entropy(student, labels, reduction='none')[0, 0]
    torch.testing.assert_close(distance, (pixels[:5].mean() + pixels[5]) / 2)


def test_pixels_where_the_teacher_is_certain_do_not_count():
    student, teacher = (t.detach() for t in _pair(images=1, size=(1, 2)))
    teacher[0, :, 0, 0] = torch.tensor([0, 0, 200, 0])
    labels = torch.tensor([[[2, 2]]])
    alone = torch.tensor([[[255, 2]]])
    torch.testing.assert_close(
        entropy_distillation(student, teacher, labels, ignore_index=255),
        entropy_distillation(student, teacher, alone, ignore_index=255),
    )


def test_teacher_receives_no_gradient():
    (student, teacher), labels = _pair(), _labels()
    entropy_distillation(student, teacher, labels, ignore_index=255).backward()
    assert teacher.grad is None
    assert student.grad.any()
    assert not student.grad.mT[labels.mT.unsqueeze(1).expand(-1, 4, -1, -1) == 255].any()


@pytest.mark.parametrize('label', [255, 4, -1])
def test_no_pixel_that_takes_part_is_zero_with_a_graph(label):
    student, teacher = _pair()
    labels = torch.full((2, 3, 4), label)
    distance = entropy_distillation(student, teacher, labels, ignore_index=255)
    distance.backward()
    assert distance.item() == 0
    assert not student.grad.any()


def test_a_single_class_is_zero_with_a_graph():
    student, teacher = _pair(classes=1, dtype=torch.float32)
    labels = torch.zeros(2, 3, 4, dtype=torch.long)
    distance = entropy_distillation(student, teacher, labels, ignore_index=255)
    distance.backward()
    assert distance.item() == 0
    assert student.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_logits_are_compared_in_float32(dtype, device):
    (student, teacher), labels = (t.to(dtype) for t in _pair()), _labels()
    with torch.autocast(device.type, dtype):
        distance = entropy_distillation(student, teacher, labels, ignore_index=255)
    assert distance.dtype == torch.float32
    exact = distillation_by_loops(student.double(), teacher.double(), labels, 255)
    torch.testing.assert_close(distance.double(), exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize(('of_student', 'of_teacher'), [(10_000, 1), (1, 10_000), (10_000, 10_000)])
def test_huge_logits_are_finite(dtype, of_student, of_teacher):
    """A teacher that is certain everywhere has an entropy of zero everywhere."""
    student, teacher = _pair()
    student = (of_student * student.detach()).to(dtype).requires_grad_()
    teacher = (of_teacher * teacher.detach()).to(dtype)
    distance = entropy_distillation(student, teacher, _labels(), ignore_index=255)
    distance.backward()
    assert distance.isfinite()
    assert student.grad.isfinite().all()
    assert bool(distance > 0) is (of_teacher == 1)


def test_no_value_is_asked_of_the_device():
    """Fake tensors have no values: an operation that would wait for one raises."""
    with FakeTensorMode():
        (student, teacher), labels = _pair(), _labels()
        entropy_distillation(student, teacher, labels, ignore_index=255).backward()
        assert student.grad.shape == student.shape
