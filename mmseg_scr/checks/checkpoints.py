"""Checkpoint files are read as data: one that could run code is refused before anything reads it.

A checkpoint is a pickle, and a pickle can call any function while it is read. torch's safe reader
(``weights_only=True``) builds tensors and plain values alone; importing this package adds what
mmengine writes beside the weights. mmengine's own loading may fall back to the unsafe reader, so
the environment variable by which torch forbids that is set as long as a run lasts.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError

import torch

FORCE_SAFE = 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'  # read by torch in every load
FORCE_UNSAFE = 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'
KEYS = ('load_from', 'checkpoint', 'pretrained')  # under which configs name files of weights
LAST = 'last_checkpoint'  # mmengine writes the path of the newest checkpoint into it
STARTS = (b'PK', b'\x80')  # of the zip archives that torch writes, and of the pickles it once wrote
SHOWN = 20  # bytes of another file that a message shows
REFUSAL = 'weights only load failed'  # in torch's errors
TRUST_OPTION = '--trust-checkpoint'


class UnsafeCheckpointError(ValueError):
    """Reading a checkpoint in full could run code that it holds."""


@contextmanager
def only_safe_checkpoints(configs: Iterable, *, trusted: bool = False) -> Iterator[None]:
    """Inside of this block no checkpoint runs code, wherever it is loaded.

    The local files that the configs name are looked at before the block is entered. A file that
    comes later, such as a downloaded one, is refused by torch when it is read.

    Args:
        configs: of the models and runs in the block.
        trusted: read everything in full instead, on the user's word.

    Raises:
        UnsafeCheckpointError: a file could run code.
        ValueError: a file is no checkpoint.
    """
    if not trusted:
        for path in dict.fromkeys(path for config in configs for path in checkpoint_files(config)):
            require_safe_checkpoint(path)
    before = {name: os.environ.pop(name, None) for name in (FORCE_SAFE, FORCE_UNSAFE)}
    os.environ[FORCE_UNSAFE if trusted else FORCE_SAFE] = '1'
    try:
        yield
    except UnpicklingError as error:
        if REFUSAL not in str(error).lower():  # a damaged file of something else
            raise
        raise UnsafeCheckpointError(_refusal('that this run loads', error)) from None
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def require_safe_checkpoint(path: Path | str) -> None:
    """Raise if torch's safe reader does not read a file; no tensor of it is brought to memory.

    A file that is cut off is left to the loader, whose message says so.

    Raises:
        UnsafeCheckpointError: reading the file in full could run code.
        ValueError: it is no file that torch writes.
    """
    with open(path, 'rb') as content:
        start = content.read(SHOWN)
    if not start.startswith(STARTS):
        raise ValueError(
            f'{str(path)!r} is no checkpoint of torch, it begins with {start!r}: a web page or a '
            'pointer of Git LFS may lie in its place; get the file anew'
        )
    try:
        torch.load(path, map_location='meta', weights_only=True)
    except UnpicklingError as error:
        raise UnsafeCheckpointError(_refusal(repr(str(path)), error)) from None
    except (RuntimeError, EOFError):  # damaged, or a TorchScript archive, which torch refuses
        return


def checkpoint_files(config: object) -> list[Path]:
    """Local files of weights that a config starts from, those of its backbones included.

    Args:
        config: mappings and sequences, nested in any way. In a config that resumes without naming
            a checkpoint it is the last one of its work dir.
    """
    files = [Path(name).expanduser() for name in _named(config)]
    if config.get('resume') and not config.get('load_from'):
        last = Path(config.get('work_dir') or '') / LAST
        files += [Path(last.read_text().strip())] if last.is_file() else []
    return [file for file in files if file.is_file()]


def _named(value: object) -> Iterator[str]:
    if hasattr(value, 'items'):
        for key, inner in value.items():
            if isinstance(inner, str) and key in KEYS:
                yield inner
            else:
                yield from _named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)


def _refusal(which: str, error: UnpicklingError) -> str:
    reason = str(error.__context__ or error).strip().splitlines()[0]  # without torch's advice
    return (
        f'the checkpoint {which} is refused: it holds more than weights and plain values, and '
        f'reading the rest could run code ({reason.rstrip(".")}). If you know who made it and '
        f'trust them, repeat the command with {TRUST_OPTION}.'
    )
