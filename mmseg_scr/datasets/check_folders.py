"""Looks for a run's data before the run is built, and says which setting to correct."""

import inspect
import os
import re

from mmengine.config import Config, ConfigDict
from mmengine.fileio import list_dir_or_file
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmseg_scr.checks import empty_folder_message, missing_folder_message
from mmseg_scr.datasets.camvid import CamVidDataset
from mmseg_scr.datasets.configured import datasets_of

LISTINGS = (BaseSegDataset.load_data_list, CamVidDataset.load_data_list)
VARIABLE = re.compile(r'\{\{\s*[\'"]?\s*\$(?P<name>\w+)\s*:\s*(?P<default>\S*?)\s*[\'"]?\s*\}\}')


def check_folders(config: Config, *loaders: str) -> None:
    """Raise if a folder that a run will list for images is missing, or has none of the suffix.

    mmengine builds the datasets of a run before any hook is called, and what ends there names
    neither the setting nor the suffix. Folders are looked at where ``BaseSegDataset`` lists local
    ones; a list of names (``ann_file``) and label maps are for ``DataCheckHook``.

    Args:
        config: as it is given to the Runner.
        loaders: keys of the dataloaders, such as 'train_dataloader'; one that is None has no data.

    Raises:
        FileNotFoundError: naming folder, suffix and the environment variable of the root.
    """
    for loader in loaders:
        for dataset in datasets_of((config.get(loader) or {}).get('dataset')):
            if _lists_folder(dataset):
                _check_images(dataset, _variables(config, dataset.get('data_root')))


def _lists_folder(dataset: ConfigDict) -> bool:
    cls = dataset['type']
    cls = DATASETS.get(cls) if isinstance(cls, str) else cls
    backend = (dataset.get('backend_args') or {}).get('backend', 'local')
    return (
        inspect.isclass(cls)
        and issubclass(cls, BaseSegDataset)
        and cls.load_data_list in LISTINGS
        and not dataset.get('ann_file')
        and backend == 'local'
        and bool(dataset.get('data_prefix', {}).get('img_path'))
        and '://' not in _folder(dataset)
    )


def _folder(dataset: ConfigDict) -> str:
    return os.path.join(dataset.get('data_root') or '', dataset['data_prefix']['img_path'])


def _check_images(dataset: ConfigDict, variables: list[str]) -> None:
    folder = _folder(dataset)
    where = 'image', folder, _suffix(dataset)
    if not os.path.isdir(folder):
        raise FileNotFoundError(missing_folder_message(*where, variables))
    found = list_dir_or_file(folder, list_dir=False, suffix=where[2], recursive=True)
    if next(iter(found), None) is None:
        raise FileNotFoundError(empty_folder_message(*where, variables))


def _suffix(dataset: ConfigDict) -> str:
    if 'img_suffix' in dataset:
        return dataset['img_suffix']
    cls = dataset['type']
    signature = inspect.signature(DATASETS.get(cls) if isinstance(cls, str) else cls)
    parameter = signature.parameters.get('img_suffix')
    return '' if parameter is None else parameter.default


def _variables(config: Config, root: str | None) -> list[str]:
    """Environment variables that the text of the config takes this root from."""
    found = {
        m['name']: os.environ.get(m['name'], m['default']) for m in VARIABLE.finditer(config.text)
    }
    return [name for name, value in found.items() if value == root]
