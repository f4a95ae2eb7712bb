import pytest

from mmseg_scr.drafts import Drafts, write_csv, write_text


def names(folder):
    return sorted(path.name for path in folder.rglob('*') if path.is_file())


def test_files_appear_together_at_the_end(tmp_path):
    drafts = Drafts()
    drafts.open(tmp_path / 'a/x.png').write_text('1')
    (drafts.open_folder(tmp_path / 'b/frames') / 'y.png').write_text('2')
    assert names(tmp_path) == ['.draft-x.png', 'y.png']
    assert not (tmp_path / 'b/frames').exists()
    drafts.commit()
    assert (tmp_path / 'a/x.png').read_text() == '1'
    assert (tmp_path / 'b/frames/y.png').read_text() == '2'
    assert names(tmp_path) == ['x.png', 'y.png']


def test_what_was_there_is_replaced_a_folder_as_a_whole(tmp_path):
    for text in ('old', 'new'):
        drafts = Drafts()
        drafts.open(tmp_path / 'x').write_text(text)
        (drafts.open_folder(tmp_path / 'f') / text).touch()
        assert (tmp_path / 'x').exists() == (text == 'new')
        drafts.commit()
    assert (tmp_path / 'x').read_text() == 'new'
    assert names(tmp_path / 'f') == ['new']


def test_dropped_drafts_leave_what_was_there(tmp_path):
    (tmp_path / 'x').write_text('old')
    drafts = Drafts()
    drafts.open(tmp_path / 'x').write_text('new')
    drafts.open_folder(tmp_path / 'f')
    drafts.drop()
    assert names(tmp_path) == ['x']
    assert not list(tmp_path.glob('.draft*'))


def test_a_draft_that_was_left_is_written_over(tmp_path):
    (Drafts().open_folder(tmp_path / 'f') / 'left').touch()
    drafts = Drafts()
    drafts.open_folder(tmp_path / 'f')
    drafts.commit()
    assert names(tmp_path / 'f') == []


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / 'picture').write_text('theirs')
    (tmp_path / 'x').symlink_to('picture')
    drafts = Drafts()
    drafts.open(tmp_path / 'x').write_text('ours')
    drafts.commit()
    assert (tmp_path / 'picture').read_text() == 'theirs'
    assert (tmp_path / 'x').read_text() == 'ours'


@pytest.mark.parametrize('text', ['a\nb\n', 'lone \udcff'])
def test_text_is_written_as_it_is(tmp_path, text):
    write_text(tmp_path / 'x', text)
    assert (tmp_path / 'x').read_bytes() == text.encode('utf-8', 'surrogateescape')


def test_table_is_written_with_quotes_where_they_are_needed(tmp_path):
    write_csv(tmp_path / 'a/x.csv', [['image', 'iou'], ['b,c "d"', 1.5]])
    assert (tmp_path / 'a/x.csv').read_bytes() == b'image,iou\r\n"b,c ""d""",1.5\r\n'
    assert names(tmp_path) == ['x.csv']
