"""Which files a prediction gives, and where they lie."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.prediction.sources import Source
from mmseg_scr.prediction.videos import video_suffix

PAINTED = {'overlay': '.jpg', 'side-by-side': '.jpg'}
ARRAYS = {'index': '.png', 'probabilities': '.npy'}
KINDS = ('overlay', 'index', 'side-by-side', 'probabilities')
FRAMES = '.frames'  # end of the names of folders with a file a frame


@dataclass(frozen=True)
class Layout:
    """Where results lie: a folder a kind, in it the names of the sources.

    Attributes:
        folder: of all results.
        kinds: of ``KINDS``, those that are wanted.
    """

    folder: Path
    kinds: Collection[str]

    def files(self, source: Source) -> dict[str, Path]:
        """Kind -> file; of a video the arrays are folders with a file a frame."""
        return {kind: self._file(kind, source) for kind in KINDS if kind in self.kinds}

    def exist(self, source: Source) -> bool:
        """Whether all results of a source are there."""
        return all(path.exists() for path in self.files(source).values())

    def meets(self, source: Source, inputs: Collection[str]) -> Path | None:
        """The result that would replace an input, through a link between the folders.

        Args:
            source: whose results are asked for.
            inputs: real paths.
        """
        for path in self.files(source).values():
            real = os.path.join(os.path.realpath(path.parent), path.name)
            if real in inputs:
                return path
        return None

    def _file(self, kind: str, source: Source) -> Path:
        if source.kind == 'picture':
            suffix = (PAINTED | ARRAYS)[kind]
        else:
            suffix = video_suffix() if kind in PAINTED else FRAMES
        return self.folder / kind / f'{source.name}{suffix}'
