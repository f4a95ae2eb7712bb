"""Adds what ``mim`` looks for to the wheel; pyproject.toml holds everything else.

``mim`` reads ``mmseg_scr/.mim/{configs,tools,model-index.yml}`` of an installed package. They are
copied into a temporary build folder, never into the checkout: there ``mim`` searches configs by
file name, and a second copy would be ambiguous.
"""

import shutil
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MIM_FOLDERS = ('configs', 'tools')
MIM_INDEX = 'model-index.yml'


class BuildWithMim(build_py):
    """Builds the package, then lays ``.mim`` beside its modules, except for an editable install."""

    def run(self) -> None:
        """Copy modules, configs, tools and the model index into the build folder."""
        super().run()
        if self.editable_mode:
            return
        mim = Path(self.build_lib) / 'mmseg_scr' / '.mim'
        mim.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / MIM_INDEX, mim)
        for folder in MIM_FOLDERS:
            ignored = shutil.ignore_patterns('__pycache__', '.*')
            shutil.copytree(ROOT / folder, mim / folder, ignore=ignored)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as scratch:
        elsewhere = {'build': {'build_base': scratch}, 'egg_info': {'egg_base': scratch}}
        setup(cmdclass={'build_py': BuildWithMim}, options=elsewhere)
