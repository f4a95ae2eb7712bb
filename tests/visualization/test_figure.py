import cv2
import pytest
from matplotlib import rc_context

from mmseg_scr.visualization.figure import DPI, legend_above, make_figure, save_figure


def test_a_figure_has_its_size_in_inches_and_its_folder_is_made(tmp_path):
    figure = make_figure(width=2, height=1)
    figure.subplots().plot([0, 1], [0, 1])
    path = save_figure(figure, tmp_path / 'new' / 'figure.png')
    assert path == tmp_path / 'new' / 'figure.png'
    assert cv2.imread(str(path)).shape == (DPI, 2 * DPI, 3)


@pytest.mark.parametrize(
    ('suffix', 'start'), [('svg', b'<?xml'), ('pdf', b'%PDF'), ('png', b'\x89PNG')]
)
def test_equal_figures_are_equal_files_in_every_format(tmp_path, suffix, start):
    files = [tmp_path / str(i) / f'a.{suffix}' for i in range(2)]
    for file in files:
        figure = make_figure(width=2, height=1)
        figure.subplots()
        save_figure(figure, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(start)


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"one of .*'svg'.* got 'a.gif'"):
        save_figure(make_figure(width=2, height=1), tmp_path / 'a.gif')


def test_names_with_two_dollars_are_no_formulas(tmp_path):
    figure = make_figure(width=3, height=2)
    axis = figure.subplots()
    axis.set_yticks([0, 1], ['$5 to $10', r'$\nowhere$'])  # matplotlib refuses the latter
    axis.set_title('$a$')
    axis.plot([0, 1], [0, 1], label='$b$')
    legend_above(figure)
    with rc_context({'svg.fonttype': 'none'}):  # text stays text
        written = save_figure(figure, tmp_path / 'a.svg').read_text()
    for name in ('$5 to $10', r'$\nowhere$', '$a$', '$b$'):
        assert f'>{name}</text>' in written
