"""Parameters and multiply-adds of a segmentor, part by part, in three counts.

* **paper**: as the papers count. Each convolution and linear layer: output positions x elements of
  its weight, plus one an output element for a bias; each normalisation: two an output element.
  Products of attention, activations, pooling, resizing, sampling and transposed convolutions are
  not counted. Modules are counted by the size of their output, so a convolution that runs in a
  cheaper, equal form counts as if it ran as published.
* **full**: paper, plus the matrix products outside of linear layers (q k^T, A v, unary sum; in
  SegNeXt the matrix decomposition), from the products that run.
* **executed**: multiply-adds of the convolutions and matrix products that really run; no biases and
  no normalisations.

The model runs on tensors without data, so a count takes seconds at any size.
"""

import copy
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils import flop_counter
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from mmseg_scr.probes.parts import part_label, part_paths

try:
    from torch.nn.attention import SDPBackend, sdpa_kernel
except ModuleNotFoundError:  # torch 2.2 and older
    _without_fused = dict(enable_flash=False, enable_mem_efficient=False)
    plain_attention = partial(torch.backends.cuda.sdp_kernel, **_without_fused)
else:
    plain_attention = partial(sdpa_kernel, SDPBackend.MATH)

WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)


@dataclass(frozen=True)
class Cost:
    """Parameters read at inference, and multiply-adds: ``full`` is ``paper`` and ``products``."""

    parameters: int
    paper: int
    products: int
    executed: int

    @property
    def full(self) -> int:
        """The paper count and the matrix products that it leaves out."""
        return self.paper + self.products

    def __add__(self, other: 'Cost') -> 'Cost':
        return Cost(*(getattr(self, k) + getattr(other, k) for k in self.__dataclass_fields__))

    def __sub__(self, other: 'Cost') -> 'Cost':
        return Cost(*(getattr(self, k) - getattr(other, k) for k in self.__dataclass_fields__))


@dataclass(frozen=True)
class ModelCost:
    """Costs of the whole and of its parts, which add up to it.

    ``training_only`` is the number of parameters that inference does not read.
    """

    total: Cost
    parts: Mapping[str, Cost]
    training_only: int


def count_costs(model: nn.Module, shape: tuple[int, int]) -> ModelCost:
    """Count a forward of one image in evaluation mode. ``model`` stays as it is.

    Args:
        model: takes (1, 3, H, W), as mmseg's segmentors do. Its parts are its children and those of
            its ``decode_head``; parts that cost nothing are not listed.
        shape: (H, W) of the image.

    Raises:
        ValueError: H or W is not positive.
    """
    if min(shape) < 1:
        raise ValueError(f'shape must be two positive numbers, height and width, got {shape}')
    try:
        trace = _Trace(model, shape, FakeTensorMode(allow_non_fake_inputs=True))
    except RuntimeError:  # something looks at values: run for real
        trace = _Trace(model, shape, nullcontext())

    total = rest = trace.cost('')
    parts = {}
    for path in sorted(part_paths(model), key=lambda path: path.endswith('conv_seg')):
        cost = trace.cost(path)
        rest -= cost
        if any(vars(cost).values()):
            label = trace.label(path)  # of two aligners, where the backbone keeps its stride
            parts[label] = parts[label] + cost if label in parts else cost
    if any(vars(rest).values()):
        parts['rest'] = rest
    everything = sum(p.numel() for p in model.parameters())
    return ModelCost(total, parts, training_only=everything - total.parameters)


class _Trace:
    """What the forward of a copy of ``model`` under ``mode`` did, by path of the module."""

    def __init__(
        self, model: nn.Module, shape: tuple[int, int], mode: AbstractContextManager
    ) -> None:
        # A view of a parameter that wants a gradient, without a graph, would stop the counter.
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.model.eval()
        self.input_width = shape[1]
        self.output_widths = {}
        self.paper = Counter()
        for path, module in self.model.named_modules():
            module.register_forward_hook(partial(self._record, path))
        reads, flops = _ParameterReads(), _flop_counter(self.model)
        device = next(model.parameters()).device
        # Not every version of torch counts the fused kernels of attention; all count bmm.
        with mode, torch.no_grad(), plain_attention(), flops, reads:
            self.model(torch.zeros(1, 3, *shape, device=device))
        self.parameters = {
            path: p.numel() for path, p in self.model.named_parameters() if id(p) in reads.seen
        }
        root = type(model).__name__
        self.flops = {'': Counter()} | {
            path.removeprefix(root).removeprefix('.'): Counter(by_operator)
            for path, by_operator in flops.get_flop_counts().items()
        }

    def cost(self, path: str) -> Cost:
        """Of the module at ``path``, with all below it; the empty path is the whole model."""
        inside = partial(_sum_inside, path)
        linears = {
            name: self.flops[name].total()
            for name, module in self.model.named_modules()
            if isinstance(module, nn.Linear) and name in self.flops
        }
        flops = self._flops_of(path)
        outside_of_linears = flops.total() - flops[torch.ops.aten.convolution] - inside(linears)
        return Cost(
            parameters=inside(self.parameters),
            paper=inside(self.paper),
            products=outside_of_linears // 2,
            executed=flops.total() // 2,
        )

    def label(self, path: str) -> str:
        """Name for people."""
        return part_label(path, self.input_width, self.output_widths.get(path))

    def _flops_of(self, path: str) -> Counter:
        if path in self.flops:
            return self.flops[path]
        # A list of modules is never called itself.
        children = self.model.get_submodule(path).named_children()
        return sum((self._flops_of(f'{path}.{name}') for name, _ in children), Counter())

    def _record(self, path: str, module: nn.Module, _: tuple, output: Tensor) -> None:
        if isinstance(output, Tensor):
            self.output_widths[path] = output.shape[-1]
            self.paper[path] += _paper_count(module, output)


def _flop_counter(model: nn.Module) -> flop_counter.FlopCounterMode:
    """Counts by module, which torch 2.3 and older have to be told of."""
    counter = flop_counter.FlopCounterMode(display=False)
    if not hasattr(flop_counter, 'ModuleTracker'):
        for path, module in model.named_modules():
            enter = partial(_enter, counter.parents, f'{type(model).__name__}.{path}')
            module.register_forward_pre_hook(enter)
            module.register_forward_hook(partial(_leave, counter.parents))
    return counter


def _enter(parents: list[str], name: str, *_: object) -> None:
    parents.append(name)


def _leave(parents: list[str], *_: object) -> None:
    parents.pop()


class _ParameterReads(TorchDispatchMode):
    """Remembers the parameters that operators read."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = tree_flatten((args, kwargs))[0]
        self.seen.update(id(t) for t in tensors if isinstance(t, nn.Parameter))
        return func(*args, **kwargs)


def _paper_count(module: nn.Module, output: Tensor) -> int:
    if isinstance(module, NORMS):
        return 2 * output.numel()
    if not isinstance(module, WEIGHTED):
        return 0
    positions = output.numel() // len(module.weight)
    return positions * module.weight.numel() + output.numel() * (module.bias is not None)


def _sum_inside(parent: str, counts: Mapping[str, int]) -> int:
    start = f'{parent}.' if parent else ''
    return sum(count for path, count in counts.items() if f'{path}.'.startswith(start))
