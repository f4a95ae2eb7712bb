import base64
import io
import re

import pytest
from builders.browser import run_in_page
from builders.documents import HOSTILE, document
from builders.pages import PageCheck
from PIL import Image

from mmseg_scr.reports.page import format_page


@pytest.fixture(scope='module')
def page():
    return format_page(document(pictures=2))


def test_a_page_is_balanced_named_and_refers_to_nothing_outside(page):
    check = PageCheck(page)
    assert check.problems == []
    assert check.levels == [1, 2, 2]
    assert (len(check.tables), len(check.pictures)) == (2, 2)
    assert not re.search(r'https?:|//\w+\.\w|@import|url\(', re.sub(r'"data:[^"]+"', '', page))


def test_a_strict_parser_finds_no_error(page):
    html5lib = pytest.importorskip('html5lib')
    html5lib.HTMLParser(strict=True).parse(page)


def test_the_check_sees_what_is_wrong():
    bad = '<!DOCTYPE html><p id="a"><b></p><h3>x</h3><img alt=""><th>y<a href="http://z">'
    problems = ' '.join(PageCheck(bad).problems)
    for word in ('closes', 'never closed', 'jump', 'words', 'scope', 'goes to', 'not one h1'):
        assert word in problems


def test_names_stand_in_the_page_as_they_are_and_do_nothing(page):
    check = PageCheck(page)
    assert check.tags.count('script') == 1
    assert check.tags.count('style') == 1
    shown = [text.strip() for text in check.texts]
    # Heading, link to it, summary, text, absent part, two captions of pictures and one of a table,
    # and of each table a column, a row and a cell.
    assert sum(HOSTILE in text for text in shown) == 1 + 2 + 1 + 2 + 2 + 1 + 2 * 3 + 1
    assert all(HOSTILE in picture['alt'] for picture in check.pictures)


def test_pictures_are_inside_and_have_the_size_that_they_say(page):
    for picture in PageCheck(page).pictures:
        kind, content = re.fullmatch(r'data:image/(\w+);base64,(.+)', picture['src']).groups()
        image = Image.open(io.BytesIO(base64.b64decode(content)))
        assert image.format.lower() == kind
        assert image.size == (int(picture['width']), int(picture['height']))
    assert {p['src'][:16] for p in PageCheck(page).pictures} == {
        'data:image/png;b',
        'data:image/webp;',
    }


def test_pictures_become_coarser_until_the_page_fits(page):
    size = len(page.encode()) / 1e6
    smaller = format_page(document(pictures=2), megabytes=0.8 * size)
    assert len(smaller.encode()) / 1e6 < 0.8 * size
    widths = [int(PageCheck(p).pictures[0]['width']) for p in (page, smaller)]
    assert widths[0] > widths[1]
    with pytest.raises(ValueError, match=r'and may have 0\.001: show fewer images \(--images\)'):
        format_page(document(), megabytes=0.001)


def test_a_heading_says_how_its_table_is_sorted(page):
    sorts = re.findall(r'<th [^>]*aria-sort="(\w+)"', page)
    assert sorts == ['none', 'ascending', 'none']
    assert page.count('<button type="button">') == 3


SORT = """
const table = page.querySelector('table.sortable');
const names = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent.slice(0, 3));
const seen = [];
for (const column of [1, 1, 0]) {
  const heading = table.tHead.rows[0].cells[column];
  heading.querySelector('button').click();
  seen.push([heading.getAttribute('aria-sort'), ...names()]);
}
return seen;
"""


def test_headings_sort_numbers_and_names(page, tmp_path):
    falling, rising, names = run_in_page(page, SORT, width=1400, folder=tmp_path)
    assert falling == ['descending', '<sc', 'b', 'a10', 'a9']  # it stood rising; no number is last
    assert rising == ['ascending', 'a10', 'b', '<sc', 'a9']
    assert names == ['ascending', '<sc', 'a9', 'a10', 'b']


LAYOUT = """
const boxes = [...page.querySelectorAll('.scroll')];
return {
  page: page.documentElement.scrollWidth,
  window: view.innerWidth,
  wide: boxes.filter((box) => box.scrollWidth > box.clientWidth).length,
  outside: [...page.querySelectorAll('body *')].filter((each) => !each.closest('.scroll, .skip')
    && each.getBoundingClientRect().right > view.innerWidth).map((each) => each.tagName),
  loaded: [...page.images].every((image) => image.complete && image.naturalWidth > 0),
  focusable: boxes.every((box) => box.tabIndex === 0),
};
"""


@pytest.mark.parametrize('width', [400, 1400])
def test_nothing_overflows_and_every_picture_loads(page, tmp_path, width):
    found = run_in_page(page, LAYOUT, width=width, folder=tmp_path)
    assert found['window'] == width
    assert found['page'] <= width
    assert found['outside'] == []
    assert found['loaded']
    assert found['focusable']
    if width == 400:
        assert found['wide'] == 4
