"""From a model to a file."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.export import ExportedProgram

from mmseg_scr.export.deployed import Deployed
from mmseg_scr.export.formats import FORMATS, require_packages
from mmseg_scr.export.metadata import describe

# Two images, for an exporter takes 1 for a constant; no side is a multiple of the strides, equal to
# the other, or a number of channels, and no map of the pyramid has one pixel.
EXAMPLE = (2, 264, 328)
FREE_AXES = (0, 2, 3)
SHOWN = 300  # characters of torch's reason


class ExportError(ValueError):
    """torch or an exporter cannot write down a model; the message ends with its reason."""


def export_model(
    deployed: Deployed,
    path: Path,
    kind: str = 'onnx',
    *,
    source: Mapping[str, str] | None = None,
    example: tuple[int, int, int] = EXAMPLE,
) -> dict[str, str]:
    """Write a model, with batch, height and width free.

    Args:
        deployed: the model and what surrounds it.
        path: of the file, with the suffix of the format.
        kind: one of ``FORMATS``.
        source: written into the file beside what the model tells, such as the name of its config.
        example: batch, height and width by which the model is traced, at least 2 each.

    Returns:
        What the file says of itself.

    Raises:
        ExportError: the model cannot be written; the message has torch's reason.
        ImportError, ValueError: the machine lacks something, or the format does not exist.
    """
    require_packages(kind)
    metadata = describe(deployed, source or {})
    write_program(trace(deployed, example), path, kind, metadata, deployed.output)
    return metadata


def trace(deployed: Deployed, example: tuple[int, int, int] = EXAMPLE) -> ExportedProgram:
    """Record the program of a model; the arguments and errors of :func:`export_model`."""
    device = next(deployed.model.parameters()).device
    image = torch.rand(example[0], deployed.channels, *example[1:], device=device)
    with torch.no_grad():
        call_once(deployed, image)  # what a module makes at its first call is no part of it
        try:
            free = dict.fromkeys(FREE_AXES, torch.export.Dim.DYNAMIC)
            return torch.export.export(deployed, (image,), dynamic_shapes=(free,))
        except Exception as error:  # of many kinds, none of them promised
            raise ExportError(f'torch.export refuses the model: {reason(error)}') from error


def call_once(network: Callable[[Tensor], Tensor], image: Tensor) -> Tensor:
    """What a network gives for images (B, C, H, W).

    Raises:
        ExportError: the network does not take this size.
    """
    try:
        return network(image)
    except Exception as error:  # of many kinds
        batch, _, *size = image.shape
        raise ExportError(
            f'the model does not take the example, {batch} images of {size[0]}x{size[1]}; give one '
            f'that it takes (example, --example BxHxW): {reason(error)}'
        ) from error


def write_program(
    program: ExportedProgram, path: Path, kind: str, metadata: Mapping[str, str], output: str
) -> None:
    """Write a recorded program; the arguments and errors of :func:`export_model`."""
    try:
        FORMATS[kind].write(program, path, metadata, output)
    except (ValueError, OSError):
        raise
    except Exception as error:  # likewise
        raise ExportError(f'{kind} cannot be written: {reason(error)}') from error


def reason(error: Exception) -> str:
    """The line of an error of torch that says something, in at most 300 characters."""
    cause = error.__cause__ or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    text = lines[0] if lines else type(cause).__name__
    if text.startswith('Constraints violated'):  # of sizes; each has a line, with advice behind it
        sentences = [line[2:].split('. ')[0] for line in lines if line.startswith('- ')]
        text = (sentences or [text])[0]
    return text if len(text) <= SHOWN else f'{text[:SHOWN]} ...'
