import cv2
import pytest

from mmseg_scr.visualization import plot_seed_differences


def colored(path):
    picture = cv2.imread(str(path)).astype(int)
    return (picture[..., 0] - picture[..., 2] > 60).sum()  # blue: means and intervals


def test_interval_is_drawn_where_there_is_one(tmp_path):
    values = [1.0, 1.5, 0.5]
    alone = plot_seed_differences(tmp_path / 'a.png', {'SRM': (values, None)}, baseline='base')
    both = plot_seed_differences(tmp_path / 'b.png', {'SRM': (values, (0.2, 1.8))}, baseline='base')
    assert colored(both) > 2 * colored(alone) > 0


def test_a_row_a_method(tmp_path):
    heights = []
    for count in (1, 5):
        methods = {f'm{i}': ([float(i)], None) for i in range(count)}
        path = plot_seed_differences(tmp_path / f'{count}.png', methods, baseline='base')
        heights.append(cv2.imread(str(path)).shape[0])
    assert heights[1] > 1.5 * heights[0]


def test_long_names_are_not_cut(tmp_path):
    names = [f'scr-contrast-off-context-multistage-{i}' for i in range(2)]
    methods = {name: ([0.5, 1.0], None) for name in names}
    path = plot_seed_differences(
        tmp_path / 'a.png', methods, baseline='baseline-context-crm', unit='boundary/mIoU_w1'
    )
    picture = cv2.imread(str(path))
    for edge in (picture[:2], picture[-2:], picture[:, :2], picture[:, -2:]):
        assert edge.min() == 255


def test_no_method_is_refused(tmp_path):
    with pytest.raises(ValueError, match='at least one method'):
        plot_seed_differences(tmp_path / 'a.png', {}, baseline='base')
