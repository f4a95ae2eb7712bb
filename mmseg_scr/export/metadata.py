"""What a file says of itself, as strings by name."""

import json
import platform
from collections.abc import Mapping
from importlib import metadata

from mmseg_scr.export.deployed import Deployed
from mmseg_scr.version import __version__

TASK = 'semantic segmentation'
PACKAGES = (
    *('torch', 'onnx', 'onnxscript', 'numpy'),
    *('onedl-mmsegmentation', 'onedl-mmengine', 'onedl-mmcv'),
    *('mmsegmentation', 'mmengine', 'mmcv'),
)


def describe(deployed: Deployed, source: Mapping[str, str]) -> dict[str, str]:
    """All that a program needs to use the file; lists and mappings are JSON.

    Args:
        deployed: classes and colours are those of ``dataset_meta`` of its model. Of a model without
            it, as a config alone builds, classes are numbered, and there is no palette.
        source: further names and values, such as the digest of the checkpoint.
    """
    steps = deployed.preprocessing
    info = getattr(deployed.model, 'dataset_meta', None) or {}
    numbered = [f'class {i}' for i in range(deployed.model.num_classes)]
    takes = steps.picture_order if deployed.normalizes else steps.network_order
    plain = dict(
        task=TASK,
        mode='whole',  # sliding windows are not in the file
        input='picture' if deployed.normalizes else 'normalized',
        output=deployed.output,
        channel_order=takes,
        network_channel_order=steps.network_order,
    )
    if deployed.last_head.out_channels == 1:
        plain['threshold'] = str(deployed.last_head.threshold)  # of the probability of class 1
    lists = dict(
        classes=list(info.get('classes') or numbered),
        palette=[list(map(int, color)) for color in info.get('palette') or ()],
        mean=list(steps.mean),
        std=list(steps.std),
        size_divisor=steps.divisor,
        versions=_versions(),
    )
    return plain | {name: json.dumps(value) for name, value in lists.items()} | dict(source)


def _versions() -> dict[str, str]:
    found = {'mmseg_scr': __version__, 'python': platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
