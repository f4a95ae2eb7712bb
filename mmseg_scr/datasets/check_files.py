"""Finds missing and broken image files wherever mmengine reads: on disks, in stores."""

from collections.abc import Iterable

from mmengine import fileio

from mmseg_scr import checks
from mmseg_scr.checks.files import unreadable_message


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
    sides = [('image', image_folder, image_suffix)]
    if label_folder is not None:
        sides.append(('annotation', label_folder, label_suffix))
    folders = [checks.Folder(*side, _files(*side[1:], backend_args)) for side in sides]
    return checks.check_pairs(folders, names)


def check_readable(path: str, *, backend_args: dict | None = None) -> None:
    """Decode an image file completely.

    Raises:
        OSError: naming the file, if it is missing, empty, cut off or no image.
    """
    try:
        content = fileio.get(path, backend_args=backend_args)
    except Exception as error:  # of the storage, each has its own
        raise OSError(unreadable_message(path, error)) from error
    checks.decode(content, path)


def _files(folder: str, suffix: str, backend_args: dict | None) -> list[str] | None:
    """Paths below a folder that end in a suffix, relative to it; None without a folder."""
    if not fileio.isdir(folder, backend_args=backend_args):
        return None
    return list(
        fileio.list_dir_or_file(
            folder, list_dir=False, suffix=suffix, recursive=True, backend_args=backend_args
        )
    )
