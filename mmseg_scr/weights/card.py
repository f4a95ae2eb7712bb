"""What is known of a shipped model: a JSON file beside its weights, ``NAME.json``, ``NAME.pth``."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / 'files'
BLOCK = 2**20  # bytes of a file that are read at once


class UnknownModelError(LookupError, ValueError):
    """No model of that name is shipped; a ValueError, too, as other wrong input of a tool."""


@dataclass(frozen=True)
class ModelCard:
    """Where a model comes from, what it reached, and by what its file is known.

    Classes and colours are in the file of the weights, as mmseg's tools expect it.

    Attributes:
        name: by which it is loaded, and of its files.
        title: one line for people.
        config: path below the folder of configs.
        dataset: type of the training data.
        command: that trained it.
        license: of the weights, and what the training data's says of their use.
        metrics: set of images -> name of a score -> value; in percent where the metric says so.
        sha256: of the weights' file, hexadecimal.
        bytes: of the weights' file.
        iterations: trained; None if the checkpoint did not tell.
        seed: of the training, likewise.
        versions: package -> version, of what published it.
        sample: ``images``, and ``metrics`` on so many first images of the config's test set, as the
            weights' file itself reaches them; empty if it was not measured.
    """

    name: str
    title: str
    config: str
    dataset: str
    command: str
    license: str
    metrics: Mapping[str, Mapping[str, object]]
    sha256: str
    bytes: int
    iterations: int | None = None
    seed: int | None = None
    versions: Mapping[str, str] | None = None
    sample: Mapping[str, object] | None = None


def list_weights(folder: Path | str | None = None) -> list[ModelCard]:
    """The cards of all models, by name.

    Args:
        folder: of other published models than those of the package.

    Raises:
        ValueError: a JSON file there is no card.
    """
    return [_read(file) for file in sorted(_folder(folder).glob('*.json'))]


def find_weights(name: str, folder: Path | str | None = None) -> tuple[ModelCard, Path]:
    """The card of a name, and the file of its weights.

    Raises:
        LookupError: no model of that name; those that exist are named.
        ValueError: the file is missing, or is not the one that the card describes.
    """
    place = _folder(folder)
    known = [file.stem for file in sorted(place.glob('*.json'))]
    if name not in known:
        raise UnknownModelError(
            f'no trained model {name!r} is shipped, there '
            + (f'are {", ".join(known)}' if known else f'is none in {place}')
        )
    card, file = _read(place / f'{name}.json'), place / f'{name}.pth'
    if not file.is_file():
        raise ValueError(f'the weights of {name!r} are missing: {file}; install the package anew')
    if digest(file) != card.sha256:
        raise ValueError(
            f'{file} is damaged or another file ({file.stat().st_size} bytes, {card.bytes} '
            f'expected): its SHA-256 is not that of {name}.json; install the package anew'
        )
    return card, file


def write_card(card: ModelCard, folder: Path) -> Path:
    """Write ``NAME.json`` into a folder."""
    file = folder / f'{card.name}.json'
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False, allow_nan=False) + '\n'
    file.write_text(text, encoding='utf-8')
    return file


def digest(file: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    found = hashlib.sha256()
    with file.open('rb') as content:
        while block := content.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _folder(folder: Path | str | None) -> Path:
    return FOLDER if folder is None else Path(folder)


def _read(file: Path) -> ModelCard:
    try:
        card = ModelCard(**json.loads(file.read_text(encoding='utf-8')))
    except (ValueError, TypeError) as error:
        raise ValueError(f'{file} does not describe a trained model: {error}') from error
    if card.name != file.stem:
        raise ValueError(f'{file} describes {card.name!r}, its name must be that of the file')
    return card
