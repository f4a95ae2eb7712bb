"""Semantic and contextual refinements (arXiv 2412.08671) as an MMSegmentation 1.x plugin.

Importing this package registers its modules; it is the one name that ``custom_imports`` needs.
"""

import sys
from itertools import pairwise

from mmseg_scr.version import __version__ as __version__

# `python -m mmseg_scr` comes here first, and has to run where mmseg does not.
if ('-m', 'mmseg_scr') not in pairwise(sys.orig_argv):
    try:
        import mmseg_scr.registration  # noqa: F401
    except Exception as error:
        raise ImportError(
            f'mmseg_scr could not register its modules ({type(error).__name__}: {error}). Run '
            '`python -m mmseg_scr`: it names the package to blame and the command that mends it.'
        ) from error
