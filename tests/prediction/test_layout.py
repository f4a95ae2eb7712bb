from pathlib import Path

import pytest

from mmseg_scr.prediction.layout import KINDS, Layout
from mmseg_scr.prediction.sources import Source
from mmseg_scr.prediction.videos import video_suffix

PICTURE = Source('picture', 'in/sub/a.tif', 'sub/a')
VIDEO = Source('video', 'in/clip.mov', 'clip')


def test_each_kind_has_a_folder_with_the_names_of_the_sources():
    files = Layout(Path('out'), KINDS).files(PICTURE)
    assert {kind: path.as_posix() for kind, path in files.items()} == {
        'overlay': 'out/overlay/sub/a.jpg',
        'index': 'out/index/sub/a.png',
        'side-by-side': 'out/side-by-side/sub/a.jpg',
        'probabilities': 'out/probabilities/sub/a.npy',
    }


def test_a_video_gives_videos_and_folders_of_frames():
    files = Layout(Path('out'), ['index', 'overlay']).files(VIDEO)
    assert {kind: path.as_posix() for kind, path in files.items()} == {
        'overlay': f'out/overlay/clip{video_suffix()}',
        'index': 'out/index/clip.frames',
    }


def test_results_exist_if_all_kinds_do(tmp_path):
    layout = Layout(tmp_path, ['index', 'overlay'])
    for path in layout.files(PICTURE).values():
        assert not layout.exist(PICTURE)
        path.parent.mkdir(parents=True)
        path.touch()
    assert layout.exist(PICTURE)


@pytest.mark.parametrize('linked', [True, False])
def test_a_result_that_would_replace_an_input_is_found_through_a_link(tmp_path, linked):
    (tmp_path / 'photos').mkdir()
    if linked:
        (tmp_path / 'out').mkdir()
        (tmp_path / 'out/overlay').symlink_to(tmp_path / 'photos')
    layout = Layout(tmp_path / 'out', ['overlay'])
    source = Source('picture', str(tmp_path / 'photos/a.jpg'), 'a')
    met = layout.meets(source, {str(tmp_path.resolve() / 'photos/a.jpg')})
    assert met == (tmp_path / 'out/overlay/a.jpg' if linked else None)
