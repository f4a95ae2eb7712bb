"""Every link to a section of a page names a section that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob('*.md'), *ROOT.glob('docs/*.md'), *ROOT.glob('configs/**/*.md')})
LINK = re.compile(r'\]\((?P<page>[\w./-]*)#(?P<section>[^)\s]+)\)')
HEADING = re.compile(r'^#+ (.+)$', re.MULTILINE)
FENCE = re.compile(r'^```.*?^```$', re.MULTILINE | re.DOTALL)


def sections(page):
    """Names of the sections of a page, as web pages of repositories make them."""
    headings = HEADING.findall(FENCE.sub('', page.read_text()))
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_section_exists(page):
    for match in LINK.finditer(page.read_text()):
        target = (page.parent / match['page']).resolve() if match['page'] else page
        assert match['section'] in sections(target), match[0]
