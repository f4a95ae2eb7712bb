import cv2

from mmseg_scr.visualization.figure import DPI, make_figure, save_figure


def test_a_figure_has_its_size_in_inches_and_its_folder_is_made(tmp_path):
    figure = make_figure(width=2, height=1)
    figure.subplots().plot([0, 1], [0, 1])
    path = save_figure(figure, tmp_path / 'new' / 'figure.png')
    assert path == tmp_path / 'new' / 'figure.png'
    assert cv2.imread(str(path)).shape == (DPI, 2 * DPI, 3)
