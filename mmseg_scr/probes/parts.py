"""The parts of a segmentor, by path, and what people call them."""

import math
from collections.abc import Iterator

from torch import nn

OPENED = ('decode_head', 'aligners')  # modules that are listed child by child
LABELS = {'conv_seg': 'classifier'}


def part_paths(module: nn.Module, prefix: str = '') -> Iterator[str]:
    """Paths of the children of a model, and of those of its ``decode_head`` and its aligners."""
    for name, child in module.named_children():
        if name in OPENED:
            yield from part_paths(child, f'{prefix}{name}.')
        else:
            yield prefix + name


def is_aligner(path: str) -> bool:
    """Whether that is an aligner by its place, the module list ``aligners`` of a decoder."""
    return path.split('.')[-2:-1] == ['aligners']


def part_label(path: str, input_width: int, output_width: int | None) -> str:
    """Name for people; an aligner is named by the stride that it leads to.

    Args:
        path: of a part.
        input_width: of the image.
        output_width: of the part's map, None where it gave none.
    """
    name = path.removeprefix('decode_head.')
    if name.startswith('aligners.') and output_width is not None:
        return f'aligner to stride {2 ** round(math.log2(input_width / output_width))}'
    return LABELS.get(name, name)
