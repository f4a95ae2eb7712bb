"""Adds what ``mim`` looks for to the wheel, and the package page; pyproject.toml holds the rest.

``mim`` reads ``mmseg_scr/.mim/{configs,tools,model-index.yml}`` of an installed package. They are
copied into a temporary build folder, never into the checkout: there ``mim`` searches configs by
file name, and a second copy would be ambiguous.
"""

import re
import shutil
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MIM_FOLDERS = ('configs', 'tools')
MIM_INDEX = 'model-index.yml'
PICTURE = re.compile(r'^!\[[^]]*\]\((?!https?:)[^)]+\)\n\n', re.MULTILINE)
LINK_TO_FILE = re.compile(r'\[(?P<text>[^]]+)\]\((?!https?:|#)(?P<path>[^)]+)\)')
PAGE_NOTE = '*Paths on this page are those of the source archive.*\n\n'


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


def package_page(readme: str) -> str:
    """The README without what breaks on a package page: a link to a file becomes its path."""
    title, _, text = PICTURE.sub('', readme).partition('\n\n')
    return f'{title}\n\n{PAGE_NOTE}{LINK_TO_FILE.sub(_name_the_file, text)}'


def _name_the_file(link: re.Match) -> str:
    return f'{link["text"]} (`{link["path"]}`)'


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as scratch:
        elsewhere = {'build': {'build_base': scratch}, 'egg_info': {'egg_base': scratch}}
        setup(
            cmdclass={'build_py': BuildWithMim},
            options=elsewhere,
            long_description=package_page((ROOT / 'README.md').read_text(encoding='utf-8')),
            long_description_content_type='text/markdown',
        )
