"""Trains and evaluates in the memory format in which convolutions are fastest on most devices."""

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Lay out the model's 4-D parameters and buffers as (B, H, W, C) before a run begins.

    A convolution whose weight is laid out like that gives its output the same layout, so that a
    whole network follows without a change of its inputs. Shapes, names of parameters, checkpoints
    and results stay, up to rounding; a checkpoint of either layout resumes a run of the other.
    """

    def before_run(self, runner: Runner) -> None:
        """Change the layout in place; the optimiser keeps its parameters."""
        runner.model.to(memory_format=torch.channels_last)
