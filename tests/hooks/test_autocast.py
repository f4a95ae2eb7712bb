import warnings

import pytest
import torch
from mmengine.optim import AmpOptimWrapper, ConstantLR, OptimWrapper
from mmengine.optim.optimizer import amp_optimizer_wrapper
from mmengine.registry import OPTIM_WRAPPERS, init_default_scope
from torch import nn

from mmseg_scr.hooks import AutocastOptimWrapper
from mmseg_scr.hooks.autocast import in_mixed_precision


def wrapper(layer, **options):
    return OptimWrapper(torch.optim.SGD(layer.parameters(), lr=0.1), **options)


def test_the_forward_runs_in_bfloat16_and_the_weights_stay():
    layer = nn.Linear(4, 3)
    changed = in_mixed_precision(wrapper(layer), 'bfloat16')
    with changed.optim_context(layer):
        out = layer(torch.randn(2, 4))
    assert out.dtype == torch.bfloat16
    changed.update_params(out.float().square().mean())
    assert layer.weight.dtype == torch.float32
    assert layer(torch.randn(2, 4)).dtype == torch.float32


def test_optimiser_clipping_accumulation_and_state_are_kept():
    before = wrapper(nn.Linear(4, 3), accumulative_counts=2, clip_grad=dict(max_norm=0.5))
    before.initialize_count_status(nn.Linear(4, 3), 0, 10)
    after = in_mixed_precision(before, 'bfloat16')
    assert type(after) is AutocastOptimWrapper
    assert after.optimizer is before.optimizer
    assert after.clip_grad_kwargs == dict(max_norm=0.5)
    assert after.scale_loss(torch.tensor(3.0)) == 1.5
    assert after.state_dict().keys() == before.state_dict().keys()


def test_is_built_by_its_name():
    init_default_scope('mmseg')
    optimizer = torch.optim.SGD(nn.Linear(4, 3).parameters(), lr=0.1)
    built = OPTIM_WRAPPERS.build(dict(type='AutocastOptimWrapper', optimizer=optimizer))
    assert in_mixed_precision(built, 'bfloat16') is built


@pytest.mark.gpu
def test_float16_is_scaled_by_mmengine():
    after = in_mixed_precision(wrapper(nn.Linear(4, 3).cuda()), 'float16')
    assert type(after) is AmpOptimWrapper
    assert after.loss_scaler.is_enabled()


def test_the_step_of_float16_unscales_also_where_a_schedule_counts_steps(monkeypatch):
    monkeypatch.setattr(amp_optimizer_wrapper, 'is_cuda_available', lambda: True)
    layer = nn.Linear(4, 3)
    before = wrapper(layer)
    schedule = ConstantLR(before, factor=0.5, end=10, by_epoch=False)
    after = in_mixed_precision(before, 'float16')
    after.loss_scaler, start = LossScaler(128.0), layer.weight.detach().clone()

    with warnings.catch_warnings():
        warnings.simplefilter('error')
        after.update_params(layer.weight.sum())
        schedule.step()
    step = start - layer.weight
    torch.testing.assert_close(step, torch.full((3, 4), 0.05))  # half of lr, gradients of one
    assert after.loss_scaler.updates == 1


class LossScaler:
    """What GradScaler does, without a GPU."""

    def __init__(self, scale):
        self.by, self.updates = scale, 0

    def scale(self, loss):
        return self.by * loss

    def step(self, optimizer):
        for group in optimizer.param_groups:
            for parameter in group['params']:
                if parameter.grad is not None:
                    parameter.grad /= self.by
        optimizer.step()

    def update(self, _):
        self.updates += 1


def test_another_dtype_is_refused():
    with pytest.raises(ValueError, match=r"autocast must be one of .*, got 'float8'"):
        in_mixed_precision(wrapper(nn.Linear(4, 3)), 'float8')


def test_a_wrapper_that_does_more_is_refused():
    class Other(OptimWrapper):
        pass

    other = Other(torch.optim.SGD(nn.Linear(4, 3).parameters(), lr=0.1))
    with pytest.raises(TypeError, match='got Other; leave one of the two out'):
        in_mixed_precision(other, 'bfloat16')
