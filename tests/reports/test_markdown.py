import re

from builders.documents import HOSTILE, document

from mmseg_scr.reports.markdown import escape, format_markdown


def test_rows_of_a_table_have_as_many_cells_as_its_heading():
    text = format_markdown(document(), 'report.html')
    tables = re.findall(r'(?:^\|.*\n)+', text, re.MULTILINE)
    assert len(tables) == 2
    for table in tables:
        rows = [re.split(r'(?<!\\)\|', row) for row in table.splitlines()]
        assert {len(row) for row in rows} == {5}
        assert [cell.strip() for cell in rows[1][1:-1]] == ['---', '---:', '---']


def test_names_do_nothing():
    text = format_markdown(document(), 'report.html')
    assert '<' not in text
    assert '](y)' not in text.replace('\\]', '')
    assert escape('a|b\n*c*') == 'a\\|b\ufffd\\*c\\*'
    assert escape(HOSTILE).count('\\`') == 1


def test_pictures_are_links_into_the_page():
    text = format_markdown(document(pictures=2), 'report.html')
    links = re.findall(r'^\[Picture\]\((.+?)\): ', text, re.MULTILINE)
    assert links == ['report.html#picture-1', 'report.html#picture-2']
    assert [line for line in text.splitlines() if line.startswith('#')][-1] == '## Two'
