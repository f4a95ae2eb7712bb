"""Files that are missing, unmatched or broken, named in one message with the fix."""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

NAMED_FILES = 3  # how many files a message lists before it only counts
LAYOUTS = 'docs/datasets.md shows the layouts'


class Folder(NamedTuple):
    """A folder of images or annotations, as its storage lists it.

    Attributes:
        kind: 'image' or 'annotation'.
        path: of the folder.
        suffix: end of the names that count.
        files: relative paths below the folder that end in the suffix; None if there is no folder.
    """

    kind: str
    path: str
    suffix: str
    files: Iterable[str] | None


def check_pairs(folders: Sequence[Folder], names: Iterable[str] | None = None) -> list[str]:
    """Check that folders match file by file.

    Args:
        folders: of images, or of images and their annotations.
        names: files to check, relative to the folders and without suffix; None checks all.

    Returns:
        The sorted names, relative to the folders and without suffix.

    Raises:
        FileNotFoundError: if a folder is missing or empty, or a file lacks its partner.
    """
    found = [_names(folder) for folder in folders]
    wanted = set().union(*found) if names is None else {name.strip() for name in names} - {''}
    problems = [
        _lacks(folder, wanted - present)
        for folder, present in zip(folders, found, strict=True)
        if not wanted <= present
    ]
    if problems:
        raise FileNotFoundError(
            f'images and annotations do not match: {"; ".join(problems)}. Add the missing files, '
            'remove the files that belong to them, or correct data_root, data_prefix and suffixes.'
        )
    return sorted(wanted)


def decode(content: bytes, path: str) -> np.ndarray:
    """Decode an image file completely, to the values that it holds.

    Raises:
        OSError: naming the file, if it is empty, cut off or no image.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image)
    except Exception as error:  # Pillow raises SyntaxError, ValueError and others on bad files
        raise OSError(unreadable_message(path, error)) from error


def unreadable_message(path: str, error: Exception) -> str:
    """Say that a file cannot be read, and what to do."""
    return (
        f'cannot read {path}: {error}. The file is damaged or no image; restore it from the '
        'original data, or remove the image together with its annotation.'
    )


def missing_files(paths: Iterable[str]) -> Iterator[str]:
    """Local paths that do not exist; lists each folder once, far cheaper than asking each file.

    A link to a file that is gone counts as missing.
    """
    listings: dict[str, set[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        if folder not in listings:
            listings[folder] = _listing(folder or '.')
        if name not in listings[folder] and not os.path.exists(path):
            yield path


def missing_files_message(
    missing: Sequence[str], total: int, *, what: str, owner: str, settings: str
) -> str:
    """Say how many of a dataset's files are missing, and which settings decide on their names.

    Args:
        missing: paths.
        total: number of paths that were looked for.
        what: 'images' or 'label maps'.
        owner: name of the dataset.
        settings: those of the dataset that its paths are made of, as ``name=value``.
    """
    return (
        f'{len(missing)} of the {total} {what} of {owner} do not exist, the first ones: '
        f'{", ".join(missing[:NAMED_FILES])}. {settings}; one of these is wrong, or the dataset '
        f'is not prepared yet ({LAYOUTS}).'
    )


def no_samples_message(owner: str, settings: str) -> str:
    """Say that a dataset is empty; the arguments are those of :func:`missing_files_message`."""
    return (
        f'{owner} has no samples. {settings}; no image below that folder has that suffix, or the '
        f'list of names is empty ({LAYOUTS}).'
    )


def no_labels_message(owner: str, settings: str) -> str:
    """Say that no sample has a label; the arguments are those of :func:`missing_files_message`."""
    return (
        f'{owner} has no label map for any image, but its pipeline loads them. {settings}; name '
        "their folder as data_prefix['seg_map_path'] (or, to predict without labels, leave "
        f'LoadAnnotations out of the pipeline; {LAYOUTS}).'
    )


def missing_folder_message(kind: str, path: str, suffix: str, variables: Sequence[str] = ()) -> str:
    """Say that a folder does not exist, and what to do.

    Args:
        kind: 'image' or 'annotation'.
        path: of the folder.
        suffix: end of the names that belong there.
        variables: names of environment variables that set the dataset's root.
    """
    return (
        f"{kind} folder '{path}' does not exist: {_advice(variables)}correct data_root and "
        f'data_prefix, or put the *{suffix} files there ({LAYOUTS})'
    )


def empty_folder_message(kind: str, path: str, suffix: str, variables: Sequence[str] = ()) -> str:
    """Say that a folder holds no file of a suffix; like :func:`missing_folder_message`."""
    return (
        f"{kind} folder '{path}' holds no *{suffix} file: {_advice(variables)}correct data_prefix "
        f'or the suffix, or put the data there ({LAYOUTS})'
    )


def _advice(variables: Sequence[str]) -> str:
    if not variables:
        return ''
    return f'set {" or ".join(variables)} (environment) to the root of the dataset, '


def _listing(folder: str) -> set[str]:
    if not os.path.isdir(folder):
        return set()
    with os.scandir(folder) as entries:
        return {e.name for e in entries if not e.is_symlink() or os.path.exists(e.path)}


def _names(folder: Folder) -> set[str]:
    """Names of the files, relative to their folder and without the suffix."""
    if folder.files is None:
        raise FileNotFoundError(missing_folder_message(*folder[:3]))
    names = {file[: len(file) - len(folder.suffix)] for file in folder.files}
    if not names:
        raise FileNotFoundError(empty_folder_message(*folder[:3]))
    return names


def _lacks(folder: Folder, names: set[str]) -> str:
    """Count the files that a folder lacks, and name the first of them."""
    listed = ', '.join(name + folder.suffix for name in sorted(names)[:NAMED_FILES])
    more = ', ...' if len(names) > NAMED_FILES else ''
    return f"{len(names)} {folder.kind}(s) missing in '{folder.path}': {listed}{more}"
