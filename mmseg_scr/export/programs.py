"""Files of all formats, read and called alike."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mmseg_scr.export.formats import METADATA_FILE, require_packages
from mmseg_scr.export.model import reason


@dataclass(frozen=True)
class Program:
    """What a file holds.

    Attributes:
        call: images, (B, C, H, W) float32 -> the output; runs on the CPU.
        metadata: what the file says of itself.
    """

    call: Callable[[Tensor], Tensor]
    metadata: Mapping[str, str]


def load_program(path: Path, kind: str) -> Program:
    """Read a file of a format.

    It runs with as many threads as torch is set to.

    Raises:
        FileNotFoundError: it does not exist.
        ImportError: a package is missing.
        ValueError: it is no file of the format, or was not written by :func:`export_model`.
    """
    require_packages(kind)
    if not path.is_file():
        raise FileNotFoundError(f'{str(path)!r} does not exist')
    try:
        program = LOADERS[kind](path)
    except Exception as error:  # of many kinds
        raise ValueError(f'{str(path)!r} cannot be read as {kind}: {reason(error)}') from error
    if not program.metadata:
        raise ValueError(f'{str(path)!r} says nothing of itself: it was not written by mmseg_scr')
    return program


def _load_onnx(path: Path) -> Program:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3  # errors; an unused initializer is none
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    (given,) = session.get_inputs()

    def call(images: Tensor) -> Tensor:
        (result,) = session.run(None, {given.name: images.contiguous().numpy()})
        return torch.from_numpy(result)

    return Program(call, session.get_modelmeta().custom_metadata_map)


def _load_exported(path: Path) -> Program:
    extra = {METADATA_FILE: ''}
    module = torch.export.load(path, extra_files=extra).module()
    return Program(module, json.loads(extra[METADATA_FILE] or '{}'))


def _load_package(path: Path) -> Program:
    package = torch._inductor.aoti_load_package(str(path))
    return Program(package, package.get_metadata())


LOADERS = {'onnx': _load_onnx, 'torch_export': _load_exported, 'aot_inductor': _load_package}
