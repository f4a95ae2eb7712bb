from pathlib import Path

from mmseg_scr.prediction.names import name_apart


def test_two_suffixes_in_one_folder_are_kept():
    assert name_apart([('d/x.jpg', 'd'), ('d/x.png', 'd'), ('d/y.png', 'd')]) == [
        'x.jpg',
        'x.png',
        'y',
    ]


def test_names_do_not_depend_on_the_order():
    files = [('a/x.jpg', 'a'), ('a/x.png', 'a'), ('b/x.jpg', 'b'), ('c/x.gif', 'c')]
    names = dict(zip(files, name_apart(files), strict=True))
    assert dict(zip(files[::-1], name_apart(files[::-1]), strict=True)) == names
    assert names['b/x.jpg', 'b'] == 'b/x'


def test_folders_of_one_name_fall_back_to_the_whole_path():
    files = [('p/a/x.jpg', 'p/a'), ('q/a/x.jpg', 'q/a')]
    here = Path.cwd().relative_to(Path.cwd().anchor).as_posix()
    assert name_apart(files) == [f'{here}/p/a/x.jpg', f'{here}/q/a/x.jpg']


def test_capitals_alone_do_not_tell_names_apart():
    names = name_apart([('d/X.png', 'd'), ('d/x.png', 'd')])
    assert len({name.casefold() for name in names}) == 2


def test_a_name_that_grew_does_not_meet_another():
    files = [('a/x.jpg', 'a'), ('b/x.jpg', 'b'), ('c/a/x.jpg', 'c')]
    assert len(set(name_apart(files))) == 3
