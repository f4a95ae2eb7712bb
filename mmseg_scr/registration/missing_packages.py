"""Clear words for a config that asks for a part of a package that is not installed."""

from importlib.util import find_spec

from mmengine.registry import MODELS, Registry

INSTALL_MMPRETRAIN = (
    '`pip install onedl-mmpretrain` beside onedl-mmsegmentation, `pip install mmpretrain` beside '
    'mmsegmentation'
)


class MissingPackageRegistry(Registry):
    """Stands where the registry of the package would be; asking it for a part is an error.

    Args:
        package: import name, which is also the scope of its parts in configs.
        remedy: how to install it.
    """

    def __init__(self, package: str, remedy: str) -> None:
        super().__init__('model', parent=MODELS, scope=package)
        self.remedy = remedy

    def get(self, key: str) -> None:
        """Raise an ImportError that names the part, the package and the remedy."""
        raise ImportError(
            f'the config asks for {self.scope}.{key}, but {self.scope} is not installed: '
            f'{self.remedy}'
        )


def announce_missing_packages() -> None:
    """Prepare the message for mmpretrain, whose VAN some configs use, where it is missing."""
    if find_spec('mmpretrain') is None and 'mmpretrain' not in MODELS.children:
        MissingPackageRegistry('mmpretrain', INSTALL_MMPRETRAIN)
