import pytest

from mmseg_scr.prediction.sources import list_sources


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Files by name, empty: what is in them is not looked at here."""
    monkeypatch.chdir(tmp_path)
    for name in ('day/b.jpg', 'day/a.PNG', 'day/sub/c.tif', 'day/clip.mp4', 'day/notes.txt'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name in ('day/.hidden.png', 'day/.cache/x.png', 'alone.dat'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(*inputs, **options):
    sources, failures = list_sources(inputs, **options)
    assert failures == []
    return [(source.kind, source.name) for source in sources]


def test_a_folder_gives_its_pictures_and_videos_in_order_without_hidden_files(tree):
    assert names('day') == [
        ('picture', 'a'),
        ('picture', 'b'),
        ('video', 'clip'),
        ('picture', 'sub/c'),
    ]


def test_a_pattern_keeps_the_folders_below_its_fixed_part(tree):
    assert names('day/**/*.[tj]*') == [('picture', 'b'), ('picture', 'sub/c')]
    assert names('d*') == [(k, f'day/{n}') for k, n in names('day')]


def test_a_file_is_taken_whatever_its_suffix(tree):
    assert names('alone.dat') == [('picture', 'alone')]


def test_a_name_with_the_letters_of_a_pattern_is_a_file_if_it_exists(tree):
    (tree / 'a[1].png').touch()
    assert names('a[1].png') == [('picture', 'a[1]')]


def test_a_number_is_a_camera_unless_a_file_has_that_name(tree):
    assert names('0') == [('camera', 'camera-0')]
    (tree / '7').touch()
    assert names('7') == [('picture', '7')]


def test_lines_of_standard_input_stand_where_the_dash_stands(tree):
    found = names('alone.dat', '-', lines=['day/b.jpg\n', '\n', 'day/sub\r\n'])
    assert found == [('picture', 'alone'), ('picture', 'b'), ('picture', 'c')]


def test_a_file_that_is_named_twice_comes_once(tree):
    (tree / 'link.jpg').symlink_to('day/b.jpg')
    assert names('day/b.jpg', 'day', 'link.jpg') == [
        ('picture', 'b'),
        ('picture', 'a'),
        ('video', 'clip'),
        ('picture', 'sub/c'),
    ]


def test_results_below_the_inputs_are_no_inputs(tree):
    (tree / 'day/out/overlay').mkdir(parents=True)
    (tree / 'day/out/overlay/a.jpg').touch()
    found = [('picture', 'a'), ('picture', 'b'), ('video', 'clip'), ('picture', 'sub/c')]
    assert names('day', leave_out=tree / 'day/out') == found
    sources, (failure,) = list_sources(['day/out'], leave_out=tree / 'day/out')
    assert sources == []
    assert 'lies in the folder of the results' in failure.reason


def test_each_input_that_gives_nothing_is_named_with_the_reason(tree):
    (tree / 'empty').mkdir()
    (tree / 'empty/notes.txt').touch()
    sources, failures = list_sources(['nowhere.png', 'empty', '*.webp', 'day/b.jpg'])
    assert [source.name for source in sources] == ['b']
    reasons = {failure.name: failure.reason for failure in failures}
    assert reasons['nowhere.png'] == 'no such file or folder'
    assert reasons['empty'].startswith('no picture and no video in this folder (.bmp .dib')
    assert 'matches no picture' in reasons['*.webp']


def test_standard_input_without_a_line_is_a_failure():
    sources, (failure,) = list_sources(['-'], lines=['\n'])
    assert sources == []
    assert failure.reason == 'standard input has no line'
