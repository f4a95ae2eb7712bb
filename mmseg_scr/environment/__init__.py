"""What is installed (``snapshot``), and which rules of the ecosystem it breaks (``rulebook``).

Runs without torch and without mmseg: nothing here imports them at the top of a file.
"""

from mmseg_scr.environment.rulebook import diagnose
from mmseg_scr.environment.snapshot import Snapshot, take_snapshot

__all__ = ['Snapshot', 'diagnose', 'take_snapshot']
