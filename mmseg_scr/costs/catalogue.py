"""The entries of ``mmseg_scr.catalogue``, counted."""

from pathlib import Path

from mmengine.config import Config

from mmseg_scr.catalogue import Entry
from mmseg_scr.costs.accuracies import ACCURACIES
from mmseg_scr.costs.configs import ConfigCost, UnknownSizeError, count_configs
from mmseg_scr.costs.published import PUBLISHED, VAL
from mmseg_scr.costs.report import NOTHING

ROWS = {row.config: row for row in (*PUBLISHED, *ACCURACIES)}
NO_EXPERIMENTS = ('_base_', 'studies')  # what configs inherit; plans that name configs


def list_files(folder: Path) -> list[Path]:
    """The configs below a folder that can be trained, in the order of the catalogue."""
    return sorted(path for path in folder.glob('*/*.py') if path.parent.name not in NO_EXPERIMENTS)


def count_catalogue(folder: Path) -> list[Entry]:
    """Count every config below ``folder``; that takes a minute or two.

    Raises:
        ImportError: a config needs a package that is not installed.
    """
    return [make_entry(count_as_listed(p), p.relative_to(folder)) for p in list_files(folder)]


def count_as_listed(path: Path) -> ConfigCost:
    """Cost of a config at its evaluation size, or its training size where images are drawn.

    Raises:
        ImportError: it needs a package that is not installed.
    """
    try:
        (counted,) = count_configs([path])
    except UnknownSizeError:
        height, width = Config.fromfile(path).model.data_preprocessor.size
        (counted,) = count_configs([path], shape=(height, width))
    return counted


def make_entry(counted: ConfigCost, path: Path) -> Entry:
    """The entry of a counted config, whose path below the folder of configs is ``path``."""
    row = ROWS.get(counted.config)
    known = row is not None and row.miou is not None
    protocol = f' ({row.protocol})' if known and row.protocol != VAL else ''
    return Entry(
        config=path.as_posix(),
        parameters=f'{counted.cost.total.parameters / 1e6:.2f}',
        macs=f'{counted.cost.total.paper / 1e9:.2f}',
        size=counted.size,
        miou=f'{row.miou}{protocol}' if known else NOTHING,
        source=row.source if known else NOTHING,
    )
