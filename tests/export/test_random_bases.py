import pytest
import torch
from builders.exported import small_model
from builders.tiny_models import tiny_config
from mmseg.registry import MODELS

from mmseg_scr.export import ExportError, fix_random_bases


@torch.no_grad()
def test_bases_of_the_ham_head_are_drawn_once():
    model = MODELS.build(tiny_config('LightHamHead').model).eval()
    image = torch.randn(1, 3, 64, 64)
    assert not torch.equal(model(image), model(image))
    assert fix_random_bases(model) == 1
    assert torch.equal(model(image), model(image))


@torch.no_grad()
def test_bases_are_the_same_ones_every_time_and_the_random_state_is_kept():
    torch.manual_seed(5)
    expected = torch.rand(3)
    models = [MODELS.build(tiny_config('LightHamHead').model).eval() for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    torch.manual_seed(5)
    for model in models:
        fix_random_bases(model)
    assert torch.equal(torch.rand(3), expected)
    image = torch.randn(1, 3, 64, 64)
    assert torch.equal(models[0](image), models[1](image))


def test_a_model_without_random_numbers_is_left_alone():
    assert fix_random_bases(small_model()) == 0


def test_a_model_that_stays_random_is_refused():
    with pytest.raises(ValueError, match='draws random numbers in evaluation'):
        fix_random_bases(small_model(backbone='NoisyConvolution'))


def test_the_model_is_run_on_the_example():
    model, sizes = small_model(), []
    model.backbone.register_forward_pre_hook(lambda _, given: sizes.append(given[0].shape))
    fix_random_bases(model, (3, 20, 28))
    assert set(sizes) == {(3, 3, 20, 28)}


def test_an_example_that_the_model_does_not_take_is_refused():
    with pytest.raises(ExportError, match='does not take the example, 2 images of 0x8'):
        fix_random_bases(small_model(), (2, 0, 8))
