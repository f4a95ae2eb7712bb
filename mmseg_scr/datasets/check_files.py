"""Finds missing and broken image files, and says which and what to do about them."""

import io
from collections.abc import Iterable

import numpy as np
from mmengine import fileio
from PIL import Image

NAMED_FILES = 3  # how many files a message lists before it only counts


def check_pairs(
    image_folder: str,
    label_folder: str | None,
    *,
    names: Iterable[str] | None = None,
    image_suffix: str = '.jpg',
    label_suffix: str = '.png',
    backend_args: dict | None = None,
) -> list[str]:
    """Check that a folder of images and a folder of labels match file by file.

    Args:
        image_folder: searched with its subfolders.
        label_folder: holds ``a/b<label_suffix>`` for every image ``a/b<image_suffix>``; None, as
            for a test set, to look at the images only.
        names: files to check, relative to the folders and without suffix; None checks all.
        image_suffix: end of an image's name.
        label_suffix: end of a label's name.
        backend_args: of mmengine's file functions; None reads local files.

    Returns:
        The sorted names, relative to the folders and without suffix.

    Raises:
        FileNotFoundError: if a folder is missing or empty, or a file lacks its partner.
    """
    sides = [(image_folder, image_suffix, 'image')]
    if label_folder is not None:
        sides.append((label_folder, label_suffix, 'annotation'))
    found = [_names(*side, backend_args) for side in sides]
    wanted = set().union(*found) if names is None else {name.strip() for name in names} - {''}
    problems = [
        _missing(wanted - present, *side)
        for side, present in zip(sides, found, strict=True)
        if not wanted <= present
    ]
    if problems:
        raise FileNotFoundError(
            f'images and annotations do not match: {"; ".join(problems)}. Add the missing files, '
            'remove the files that belong to them, or correct data_root, data_prefix and suffixes.'
        )
    return sorted(wanted)


def check_readable(path: str, *, backend_args: dict | None = None) -> None:
    """Decode an image file completely.

    Raises:
        OSError: naming the file, if it is missing, empty, cut off or no image.
    """
    try:
        with Image.open(io.BytesIO(fileio.get(path, backend_args=backend_args))) as image:
            np.asarray(image)
    except Exception as error:  # Pillow raises SyntaxError, ValueError and others on bad files
        raise OSError(
            f'cannot read {path}: {error}. The file is damaged or no image; restore it from the '
            'original data, or remove the image together with its annotation.'
        ) from error


def _names(folder: str, suffix: str, what: str, backend_args: dict | None) -> set[str]:
    """Names of the files with a suffix, relative to their folder and without the suffix."""
    if not fileio.isdir(folder, backend_args=backend_args):
        raise FileNotFoundError(
            f"{what} folder '{folder}' does not exist: correct data_root and data_prefix, or put "
            'the data there (docs/datasets.md shows the layouts)'
        )
    files = fileio.list_dir_or_file(
        folder, list_dir=False, suffix=suffix, recursive=True, backend_args=backend_args
    )
    names = {file[: -len(suffix)] for file in files}
    if not names:
        raise FileNotFoundError(
            f"{what} folder '{folder}' holds no *{suffix} file: correct data_prefix or the suffix, "
            'or put the data there (docs/datasets.md shows the layouts)'
        )
    return names


def _missing(names: set[str], folder: str, suffix: str, what: str) -> str:
    """Count the files that a folder lacks, and name the first of them."""
    listed = ', '.join(name + suffix for name in sorted(names)[:NAMED_FILES])
    more = ', ...' if len(names) > NAMED_FILES else ''
    return f"{len(names)} {what}(s) missing in '{folder}': {listed}{more}"
