"""Trains and evaluates in the memory format in which convolutions are fastest on most devices."""

import gc

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch.nn.parallel import DistributedDataParallel


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Lay out the model's 4-D parameters and buffers as (B, H, W, C) before a run begins.

    A convolution whose weight is laid out like that gives its output the same layout, so that a
    whole network follows without a change of its inputs. Shapes, names of parameters, checkpoints
    and results stay, up to rounding; a checkpoint of either layout resumes a run of the other.
    """

    def before_run(self, runner: Runner) -> None:
        """Change the layout in place; the optimiser keeps its parameters."""
        lay_out_channels_last(runner)


def lay_out_channels_last(runner: Runner) -> None:
    """As :class:`ChannelsLastHook`; a model that several processes train is wrapped anew.

    ``DistributedDataParallel`` lays out the buckets of its gradients as the parameters are when it
    is made. Were these changed later, it would warn, and add gradients of other elements.
    """
    if not isinstance(runner.model, DistributedDataParallel):
        runner.model.to(memory_format=torch.channels_last)
        return
    model = runner.model.module.to(memory_format=torch.channels_last)
    runner.model = None
    gc.collect()  # with the last wrapper go the callbacks that it put on the parameters
    runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), model)
