"""The files that a traced network can become, by name."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from torch.export import ExportedProgram

from mmseg_scr.checks.compilers import missing_compiler, require_recent_torch

INPUT = 'image'
AXES = ('batch', None, 'height', 'width')
METADATA_FILE = 'metadata.json'
OPSET = 20  # of ONNX, the same with every torch
ONNX_LIMIT = 3 * 2**29  # bytes; torch puts more into a second file, which is not written here
INSTALL_ONNX = "pip install onnx onnxruntime onnxscript, or pip install -e '.[onnx]' in a clone"


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        suffix: of its name.
        write: (program, path, metadata, name of the output) -> None.
        packages: that it needs beside torch.
        compiles: needs a C++ compiler.
    """

    suffix: str
    write: Callable[[ExportedProgram, Path, Mapping[str, str], str], None]
    packages: tuple[str, ...] = ()
    compiles: bool = False


def require_packages(name: str) -> None:
    """Make sure that this machine can write and read files of a format.

    Raises:
        ImportError: a package is missing, and the message says how to install it; torch is older
            than 2.6.
        ValueError: no C++ compiler, which AOTInductor needs; another format.
    """
    if name not in FORMATS:
        raise ValueError(f'format must be one of {", ".join(FORMATS)}, got {name!r}')
    require_recent_torch('an export')
    kind = FORMATS[name]
    missing = [package for package in kind.packages if find_spec(package) is None]
    if missing:
        raise ImportError(f'{name} needs {", ".join(missing)}: {INSTALL_ONNX}')
    problem = kind.compiles and missing_compiler(torch.device('cpu'), 'inductor')
    if problem:
        raise ValueError(f'{name} compiles: {problem}')


def _write_onnx(
    program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str
) -> None:
    size = sum(value.nbytes for value in program.state_dict.values())
    if size >= ONNX_LIMIT:
        raise ValueError(
            f'the weights take {size / 2**30:.1f} GiB, an ONNX file holds 1.5; write torch_export'
        )
    with _errors_alone('onnxscript'):  # it names operators that it keeps
        result = torch.onnx.export(
            program,
            (),
            dynamo=True,
            input_names=[INPUT],
            output_names=[output],
            opset_version=OPSET,
            verbose=False,
        )
    model = result.model
    _name_axes(model)
    model.producer_name = 'mmseg_scr'
    model.metadata_props.update(metadata)
    result.save(path)


@contextmanager
def _errors_alone(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _name_axes(model) -> None:
    """Call the free sizes by what they are, wherever the exporter wrote symbols of its own."""
    (image,) = model.graph.inputs
    names = {
        str(size): name for size, name in zip(image.shape, AXES, strict=True) if name is not None
    }
    pattern = re.compile('|'.join(rf'\b{re.escape(symbol)}\b' for symbol in names))
    values = [image, *(value for node in model.graph for value in node.outputs)]
    for value in values:
        for axis, size in enumerate(value.shape or ()):
            if not isinstance(size, int) and size.value is not None:
                value.shape[axis] = pattern.sub(lambda found: names[found[0]], str(size))


def _write_program(
    program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str
) -> None:
    torch.export.save(program, path, extra_files={METADATA_FILE: json.dumps(dict(metadata))})


def _write_package(
    program: ExportedProgram, path: Path, metadata: Mapping[str, str], output: str
) -> None:
    torch._inductor.aoti_compile_and_package(
        program,
        package_path=str(path),
        inductor_configs={'aot_inductor.metadata': dict(metadata)},
    )


FORMATS = {
    'onnx': Format('.onnx', _write_onnx, ('onnx', 'onnxscript', 'onnxruntime')),
    'torch_export': Format('.pt2', _write_program),
    'aot_inductor': Format('.pt2', _write_package, compiles=True),
}
