import os
import subprocess
import sys
import threading
import time

import pytest

from mmseg_scr import drafts
from mmseg_scr.drafts import Drafts, locked, write_csv, write_text


def names(folder):
    return sorted(path.name for path in folder.rglob('*') if path.is_file())


def test_files_appear_together_at_the_end(tmp_path):
    result = Drafts()
    result.open(tmp_path / 'a/x.png').write_text('1')
    (result.open_folder(tmp_path / 'b/frames') / 'y.png').write_text('2')
    assert names(tmp_path) == ['.draft-x.png', 'y.png']
    assert not (tmp_path / 'b/frames').exists()
    result.commit()
    assert (tmp_path / 'a/x.png').read_text() == '1'
    assert (tmp_path / 'b/frames/y.png').read_text() == '2'
    assert names(tmp_path) == ['x.png', 'y.png']


def test_what_was_there_is_replaced_a_folder_as_a_whole(tmp_path):
    for text in ('old', 'new'):
        result = Drafts()
        result.open(tmp_path / 'x').write_text(text)
        (result.open_folder(tmp_path / 'f') / text).touch()
        assert (tmp_path / 'x').exists() == (text == 'new')
        result.commit()
    assert (tmp_path / 'x').read_text() == 'new'
    assert names(tmp_path / 'f') == ['new']


def test_dropped_drafts_leave_what_was_there(tmp_path):
    (tmp_path / 'x').write_text('old')
    result = Drafts()
    result.open(tmp_path / 'x').write_text('new')
    result.open_folder(tmp_path / 'f')
    result.drop()
    assert names(tmp_path) == ['x']
    assert not list(tmp_path.glob('.draft*'))


def test_a_draft_that_was_left_is_written_over(tmp_path):
    (Drafts().open_folder(tmp_path / 'f') / 'left').touch()
    result = Drafts()
    result.open_folder(tmp_path / 'f')
    result.commit()
    assert names(tmp_path / 'f') == []


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / 'picture').write_text('theirs')
    (tmp_path / 'x').symlink_to('picture')
    result = Drafts()
    result.open(tmp_path / 'x').write_text('ours')
    result.commit()
    assert (tmp_path / 'picture').read_text() == 'theirs'
    assert (tmp_path / 'x').read_text() == 'ours'


@pytest.mark.parametrize('text', ['a\nb\n', 'lone \udcff'])
def test_text_is_written_as_it_is(tmp_path, text):
    write_text(tmp_path / 'x', text)
    assert (tmp_path / 'x').read_bytes() == text.encode('utf-8', 'surrogateescape')


@pytest.mark.parametrize('name', ['x' * 251 + '.txt', '圖' * 83 + '.txt', 'y' * 245 + '.txt'])
def test_the_longest_names_are_written(tmp_path, name):
    for text in ('a', 'b'):
        write_text(tmp_path / name, text)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == 'b'


def test_table_is_written_with_quotes_where_they_are_needed(tmp_path):
    write_csv(tmp_path / 'a/x.csv', [['image', 'iou'], ['b,c "d"', 1.5]])
    assert (tmp_path / 'a/x.csv').read_bytes() == b'image,iou\r\n"b,c ""d""",1.5\r\n'
    assert names(tmp_path) == ['x.csv']


WRITER = """
import runpy, sys
from pathlib import Path
drafts = runpy.run_path(sys.argv[1])['Drafts']()
with drafts.open(Path(sys.argv[2])).open('w') as file:
    print('theirs', file=file, flush=True)
    print('one line is written', flush=True)
    sys.stdin.read()
    print('theirs', file=file)
drafts.commit()
"""


@pytest.fixture
def writer():
    """A function that starts another process, which has written one of the two lines of a file."""
    started = []

    def start(file):
        command = [sys.executable, '-c', WRITER, drafts.__file__, str(file)]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(subprocess.Popen(command, text=True, **pipes))
        assert started[-1].stdout.readline() == 'one line is written\n'
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_two_processes_with_the_same_file_do_not_mix(tmp_path, writer):
    other = writer(tmp_path / 'x')
    write_text(tmp_path / 'x', 'ours')
    assert (tmp_path / 'x').read_text() == 'ours'
    other.stdin.close()
    assert other.wait() == 0
    assert (tmp_path / 'x').read_text() == 'theirs\ntheirs\n'
    assert names(tmp_path) == ['x']


def test_drafts_of_killed_processes_are_gone_with_the_next(tmp_path, writer):
    for process in [writer(tmp_path / 'x') for _ in range(3)]:
        process.kill()
        process.wait()
    assert names(tmp_path) == ['.draft-1-x', '.draft-2-x', '.draft-x']
    write_text(tmp_path / 'x', 'ours')
    assert names(tmp_path) == ['x']


def test_a_living_draft_between_those_that_were_left_stays(tmp_path, writer):
    first, _, last = [writer(tmp_path / 'x') for _ in range(3)]
    for process in (first, last):
        process.kill()
        process.wait()
    write_text(tmp_path / 'x', 'ours')
    assert names(tmp_path) == ['.draft-1-x', 'x']


def test_two_folders_of_the_same_name_do_not_mix(tmp_path):
    results = [Drafts(), Drafts()]
    for word, result in zip('ab', results, strict=True):
        (result.open_folder(tmp_path / 'f') / word).touch()
    for word, result in zip('ab', results, strict=True):
        result.commit()
        assert names(tmp_path / 'f') == [word]


def test_a_draft_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / '.draft-x').symlink_to('absent')
    write_text(tmp_path / 'x', 'ours')
    assert names(tmp_path) == ['x']


def test_without_locks_a_draft_that_was_left_is_written_over(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, 'fcntl', None)
    (tmp_path / '.draft-x').write_text('left')
    write_text(tmp_path / 'x', 'ours')
    assert names(tmp_path) == ['x']
    assert (tmp_path / 'x').read_text() == 'ours'


def test_locks_end_with_the_result(tmp_path):
    before = len(os.listdir('/dev/fd'))
    write_text(tmp_path / 'x', 'ours')
    result = Drafts()
    result.open(tmp_path / 'y')
    result.drop()
    Drafts().open(tmp_path / 'z')  # and nobody has it any more
    assert len(os.listdir('/dev/fd')) == before


def test_who_waits_for_a_file_gets_the_one_that_took_its_place(tmp_path):
    file, order = tmp_path / 'a.csv', []

    def wait():
        with locked(file):
            order.append(file.read_text())

    other = threading.Thread(target=wait)
    with locked(file):
        other.start()
        time.sleep(0.2)
        assert not order
        write_text(file, 'new')
    other.join(timeout=20)
    assert order == ['new']
