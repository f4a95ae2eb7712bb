"""Where a run comes from: the file of its config, what was changed of it, and the config itself.

Nothing of it says where things lie on a machine: of a path that does, its last name stays.
"""

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

from mmengine.config import Config

KEY = 'run_origin'  # in a config, whose digest leaves it out
OF_A_RUN = (KEY, 'work_dir')
OF_A_MACHINE = re.compile(r'(file://)?(/\w|~/|[A-Za-z]:[\\/])')
CONFIGS = 'configs'


def set_origin(config: Config, file: Path, options: Mapping[str, object]) -> None:
    """Let a config say what it was made of.

    Args:
        config: gets ``run_origin``: ``config``, the path of the file from the working folder on,
            else from a folder ``configs`` on, else its name; and ``options``.
        file: that it was read from.
        options: overrides by key, as of ``--cfg-options``.
    """
    config[KEY] = dict(config=_portable_name(file), options=_portable(dict(options)))


def pack_config(config: Config) -> str:
    """A whole config as a short text, which :func:`unpack_config` reads."""
    kept = {key: value for key, value in config.to_dict().items() if key not in OF_A_RUN}
    text = Config(_portable(kept)).pretty_text
    return b64encode(zlib.compress(text.encode(), 9)).decode()


def unpack_config(packed: str) -> str:
    """What a config file says from which the run can be trained again, but for paths of data."""
    return zlib.decompress(b64decode(packed)).decode()


def _portable_name(file: Path) -> str:
    whole, here = file.absolute(), Path.cwd()
    if whole.is_relative_to(here):
        return whole.relative_to(here).as_posix()
    parts = whole.parts
    start = len(parts) - parts[::-1].index(CONFIGS) - 1 if CONFIGS in parts else -1
    return '/'.join(parts[start:])


def _portable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _portable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_portable, value))
    is_path = isinstance(value, str) and OF_A_MACHINE.match(value)
    return PureWindowsPath(value).name if is_path else value
