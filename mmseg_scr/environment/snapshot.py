"""A picture of the Python environment: versions, modules that fail to import, GPUs."""

import importlib
import platform
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata

PLUGIN = 'mmsegmentation-scr'
CLASSIC = ('mmcv', 'mmengine', 'mmsegmentation')
ONEDL = tuple(f'onedl-{name}' for name in CLASSIC)
PRETRAIN = ('mmpretrain', 'onedl-mmpretrain')
DISTRIBUTIONS = (
    *('torch', 'torchvision', 'numpy', 'opencv-python', 'opencv-python-headless', 'setuptools'),
    *(*ONEDL, 'onedl-mim', *CLASSIC, 'mmcv-lite', 'openmim', 'timm', *PRETRAIN, PLUGIN),
)
# In this order, so that the first failure is the cause of those after it.
MODULES = (
    *('numpy', 'torch', 'torchvision', 'cv2', 'ftfy', 'regex', 'mmengine', 'mmcv', 'mmseg'),
    *('mmseg.models', 'mmseg.datasets', 'mmpretrain', 'mmseg_scr.registration'),
)


@dataclass(frozen=True)
class Snapshot:
    """What the rules look at.

    Attributes:
        versions: of the installed distributions among ``DISTRIBUTIONS``.
        failures: error of each module of ``MODULES`` that does not import.
        gpus: name and memory of each.
        python: its version.
    """

    versions: Mapping[str, str]
    failures: Mapping[str, str] = field(default_factory=dict)
    gpus: tuple[str, ...] = ()
    python: str = platform.python_version()

    @property
    def line(self) -> str:
        """Whose distributions provide mmseg: ``OneDL``, ``classic``, ``mixed`` or ``none``."""
        onedl = self.has_any(*ONEDL, 'onedl-mmpretrain')
        classic = self.has_any(*CLASSIC, 'mmcv-lite', 'mmpretrain')
        return {(1, 0): 'OneDL', (0, 1): 'classic', (1, 1): 'mixed', (0, 0): 'none'}[onedl, classic]

    def has_any(self, *distributions: str) -> bool:
        """Whether one of the distributions is installed."""
        return any(name in self.versions for name in distributions)

    def lacks(self, *distributions: str) -> list[str]:
        """Those of the distributions that are not installed."""
        return [name for name in distributions if name not in self.versions]

    def between(self, distribution: str, low: str, high: str) -> bool:
        """Whether the distribution is installed with ``low <= version < high``."""
        version = self.versions.get(distribution)
        return version is not None and numbers(low) <= numbers(version) < numbers(high)

    def fails(self, module: str, text: str = '') -> bool:
        """Whether the module does not import, with an error that contains ``text``."""
        return module in self.failures and text in self.failures[module]


def numbers(version: str) -> tuple[int, ...]:
    """The release of a version, as three numbers: ``2.13.0+cpu`` -> (2, 13, 0)."""
    release = [int(number) for number in re.match(r'[\d.]*', version)[0].split('.') if number]
    return tuple([*release, 0, 0, 0][:3])


def take_snapshot() -> Snapshot:
    """Look at the running interpreter; imports everything of ``MODULES``, which takes seconds."""
    versions = {}
    for name in DISTRIBUTIONS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    failures = {}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        for module in MODULES:
            try:
                importlib.import_module(module)
            except Exception as error:  # a broken package raises anything
                failures[module] = f'{type(error).__name__}: {error}'
    return Snapshot(versions, failures, _gpus())


def _gpus() -> tuple[str, ...]:
    cuda = getattr(sys.modules.get('torch'), 'cuda', None)
    if cuda is None or not cuda.is_available():
        return ()
    devices = [cuda.get_device_properties(i) for i in range(cuda.device_count())]
    return tuple(f'{device.name}, {device.total_memory / 2**30:.0f} GiB' for device in devices)
