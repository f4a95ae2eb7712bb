"""The ways by which parts leave eager mode: each returns something to call in their place."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from builders.parts import free_sizes
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from mmseg_scr.export import FORMATS, Program, load_program
from mmseg_scr.export.model import write_program

Call = Callable[..., dict[str, Tensor]]


class Together(nn.Module):
    """Several parts of one slot as one program, for a compiler takes its minutes once a program."""

    def __init__(self, parts: dict[str, nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleDict(parts)

    def forward(self, *inputs):
        """The inputs of every part -> the result of each by its name."""
        return {name: part(*inputs) for name, part in self.parts.items()}


def by_export(parts: Together, inputs: tuple, folder: Path) -> Call:
    """``torch.export`` with all sizes free."""
    return _exported(parts, inputs).module()


def by_inductor(parts: Together, inputs: tuple, folder: Path) -> Call:
    """``torch.compile(dynamic=True)``."""
    torch._dynamo.reset()
    return torch.compile(parts, dynamic=True)


def by_aot_inductor(parts: Together, inputs: tuple, folder: Path) -> Call:
    """The export, compiled ahead of time into one file."""
    path = torch._inductor.aoti_compile_and_package(
        _exported(parts, inputs), package_path=str(folder / 'parts.pt2')
    )
    return torch._inductor.aoti_load_package(path)


def by_onnxruntime(parts: Together, inputs: tuple, folder: Path) -> Call:
    """torch's dynamo exporter to ONNX, run on a CPU."""
    pytest.importorskip('onnxscript')
    runtime = pytest.importorskip('onnxruntime')
    file = folder / 'parts.onnx'
    options = dict(dynamo=True, dynamic_shapes=(free_sizes(inputs),), verbose=False)
    torch.onnx.export(parts, inputs, **options).save(file)
    session = runtime.InferenceSession(file, providers=['CPUExecutionProvider'])
    names = [given.name for given in session.get_inputs()]

    def run(*inputs):
        arrays = [x.numpy() for x in tree_leaves(inputs)]
        results = session.run(None, dict(zip(names, arrays, strict=True)))
        return dict(zip(parts.parts, map(torch.from_numpy, results), strict=True))

    return run


def _exported(parts: Together, inputs: tuple) -> torch.export.ExportedProgram:
    return torch.export.export(parts, inputs, dynamic_shapes=(free_sizes(inputs),))


def save_and_load(program: torch.export.ExportedProgram, folder: Path, kind: str) -> Program:
    """A traced network as a file of a format, read again."""
    path = folder / f'network{FORMATS[kind].suffix}'
    write_program(program, path, kind, {'task': 'a test'}, 'logits')
    return load_program(path, kind)


WAYS = {
    'torch.export': by_export,
    'onnxruntime': by_onnxruntime,
    'torch.compile(dynamic=True)': by_inductor,
    'AOTInductor': by_aot_inductor,
}
