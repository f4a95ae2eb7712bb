"""What the comments of a page mean, on pages of a few lines."""

import pytest
from docs.pages import ROOT, Page
from docs.runner import Followed, assert_contains, extended


@pytest.fixture
def follow(tmp_path):
    """Follow a page of this text; ``@`` begins a comment, ``~`` a fence."""

    def follow_text(text, slow=False):
        page = tmp_path / 'page.md'
        page.write_text(text.replace('~', '```'))
        return Followed(Page(page), tmp_path / 'base', slow)

    return follow_text


def test_fences_run_in_order_and_outputs_are_compared(follow):
    page = follow(
        '<!-- file: a.txt -->\n~text\none\n~\n\n'
        '<!-- run -->\n~bash\ncat a.txt; echo two three\n~\n'
        '<!-- output -->\n~text\none\ntwo three\n~\n'
        "~python\nprint(open('a.txt').read())\n~\n<!-- output -->\n~text\none\n~\n"
    )
    assert page.output_of('cat') == 'one\ntwo three\n'


@pytest.mark.parametrize('said', ['tw', 'one two four', 'two one', 'one ... four'])
def test_output_that_is_not_there_is_an_error_at_its_line(follow, said):
    text = f'<!-- run -->\n~bash\necho one two\n~\n\n<!-- output -->\n~text\n{said}\n~\n'
    with pytest.raises(AssertionError, match=r'page.md:7: .*not in the output'):
        follow(text)


def test_dots_stand_for_anything_and_white_space_is_equal():
    assert_contains('an end\nof the\nmiddle', 'of   the middle')
    assert_contains('keys: a, b, c', 'keys: a, ...')
    assert_contains('x [1, 2] y', '[...]')
    with pytest.raises(AssertionError):
        assert_contains('keys: a, b, c', 'keys: a, b')


def test_message_of_failing_python_is_output(follow):
    follow("<!-- fails -->\n~python\n{}['k']\n~\n<!-- output -->\n~text\nKeyError: 'k'\n~\n")


def test_failing_python_must_fail(follow):
    with pytest.raises(AssertionError, match='no exception'):
        follow('<!-- hidden python fails\n1\n-->\n')


def test_python_that_fails_is_an_error_at_its_line(follow):
    with pytest.raises(AssertionError, match=r'page.md:1: NameError: .*unknown'):
        follow('~python\nunknown\n~\n')


def test_slow_fences_run_in_slow_tests_only(follow):
    text = '<!-- run: slow -->\n~bash\nfalse\n~\n<!-- output -->\n~text\nnever\n~\n'
    assert follow(text).outputs == []


def test_slow_fences_run_in_slow_tests(follow):
    with pytest.raises(AssertionError):
        follow('<!-- run: slow -->\n~bash\nfalse\n~\n', slow=True)


def test_fences_without_a_comment(follow):
    text = '~bash\nfalse\n~\n~text\nx\n~\n<!-- skip: needs data -->\n~python\n1 / 0\n~\n'
    assert follow(text).outputs == []


def test_folders_hold_the_repository(follow):
    page = follow(
        '<!-- hidden bash run\nls path/to/the/clone/mmseg_scr/slots.py configs tools\n-->\n'
        '<!-- folder: clone -->\n<!-- hidden bash run\nrm mmseg_scr/slots.py\n-->\n'
    )
    assert (ROOT / 'mmseg_scr/slots.py').exists()
    assert [folder.name for folder in sorted(page.base.iterdir())] == ['clone', 'start']


def test_hidden_file_and_files_of_another_page(follow):
    page = follow('<!-- files of: context_aware.md -->\n<!-- hidden file: b.py\nx = 1\n-->\n')
    assert (page.folder / 'my_upernet.py').exists()
    assert (page.folder / 'b.py').read_text() == 'x = 1\n'


def test_room_is_extended_by_an_import_and_a_name():
    room = "from a import A\n\n__all__ = [\n    'A',\n]\nx = 1\n"
    lines = "from b import B\n\n__all__ = [..., 'B']\n"
    assert extended(room, lines) == (
        "from a import A\nfrom b import B\n\n__all__ = [\n    'A', 'B']\nx = 1\n"
    )


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (
            '<!-- outputs -->\n~text\nx\n~\n',
            r"page.md:1: cannot read the comment 'outputs' of a fence",
        ),
        ('<!-- file -->\n~text\nx\n~\n', "page.md:1: cannot read the comment 'file'"),
        ('<!-- run: fast -->\n~bash\nx\n~\n', "page.md:1: cannot read the comment 'run: fast'"),
        ('<!-- run -->\n~python\nx\n~\n', "page.md:1: 'run' is for bash"),
        ('<!-- run -->\nwords\n~bash\nx\n~\n', "page.md:1: no fence follows the comment 'run'"),
        ('<!-- output -->\n~text\nx\n~\n', 'page.md:2: nothing runs before this output'),
        ('<!-- hidden text\nx\n-->\n', 'page.md:1: cannot read "hidden text"'),
    ],
)
def test_mistakes_are_named_with_their_line(follow, text, message):
    with pytest.raises(ValueError, match=message):
        follow(text)
