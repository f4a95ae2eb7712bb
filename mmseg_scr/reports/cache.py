"""Where predictions are kept, under a key of everything that they depend on.

A result is used again only for the same weights, the same config of model and test, the same code
of the network's classes and versions of the packages, the same way of counting, and the same
content of the image and of its label. Nothing is ever looked up by name or date alone.
"""

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from mmcv import __version__ as mmcv_version
from torch import nn
from torch.utils.data import Dataset

from mmseg_scr.figures import TrainedModel
from mmseg_scr.prediction.settings import claim_folder, describe_model
from mmseg_scr.reports.image_result import COUNTING
from mmseg_scr.runs.versions import package_versions
from mmseg_scr.weights.card import digest

DIGITS = 20  # hexadecimal, of a key
PATHS = ('img_path', 'seg_map_path')  # of a sample of mmseg's data sets


class PredictionCache:
    """The files of one model's results below a folder.

    Args:
        root: folder of all models.
        model: of these results.
    """

    def __init__(self, root: Path, model: TrainedModel) -> None:
        self.settings = model_settings(model)
        self.folder = root / _digest(self.settings)
        claim_folder(self.folder, self.settings, overwrite=True)  # says for people what it holds

    def file_of(self, dataset: Dataset, index: int) -> Path:
        """Where the result of an image lies, or shall lie."""
        return self.folder / f'{image_digest(dataset, index)}.npz'


def model_settings(model: TrainedModel) -> dict[str, object]:
    """All that a prediction depends on but the image, as plain values."""
    network = model.network
    network.dataset_meta = dict(classes=model.classes, palette=model.palette)
    device = next(network.parameters()).device.type
    return describe_model(model.title, network) | dict(
        model=type(network).__name__,
        code_sha256=_code_digest(network),
        counting=COUNTING | dict(ignore_index=model.ignore_index),
        device=device,
        versions=package_versions()
        | dict(mmcv=mmcv_version, numpy=np.__version__, opencv=cv2.__version__),
    )


def image_digest(dataset: Dataset, index: int) -> str:
    """A key of the content of an image and of its label, and of their places.

    What lies at an address rather than in a local file is known by the address alone: a drawn scene
    by its size, seed and number.

    Args:
        dataset: that tells paths by ``get_data_info``.
        index: of the image.
    """
    info = dataset.get_data_info(index)
    described = {
        key: value
        for key, value in sorted(info.items())
        if isinstance(value, str | int) and key != 'sample_idx'
    }
    described |= dict(label_map=repr(info.get('label_map')))
    return _digest(dict(info=described, contents=_contents(info)))


def data_digest(dataset: Dataset, size: int) -> str:
    """Of the content of the first ``size`` images and labels, wherever they lie."""
    return _digest(dict(images=[_contents(dataset.get_data_info(i)) for i in range(size)]))


def _contents(info: Mapping[str, object]) -> list[str]:
    paths = (str(info[key]) for key in PATHS if info.get(key))
    return [digest(Path(path)) if Path(path).is_file() else path for path in paths]


def _code_digest(network: nn.Module) -> str:
    """Of the files that define the classes of a network, which may be anybody's."""
    files = {_source_file(type(module)) for module in network.modules()} - {None}
    code = hashlib.sha256()
    for file in sorted(files):
        code.update(Path(file).read_bytes())
    return code.hexdigest()[:DIGITS]


def _source_file(kind: Callable) -> str | None:
    try:
        return inspect.getsourcefile(kind)
    except (TypeError, OSError):  # built in, or made in a shell
        return None


def _digest(values: Mapping[str, object]) -> str:
    text = json.dumps(values, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:DIGITS]
