import cv2

from mmseg_scr.visualization import plot_curves


def test_the_picture_shows_a_line_for_each_run(tmp_path):
    steps = [*range(1, 9)]
    scalars = {
        'loss': (steps, [3.0 / i for i in steps]),
        'decode.loss_ce': (steps, [2.0 / i for i in steps]),
        'mIoU': ([8], [30.0]),
    }
    picture = cv2.imread(str(plot_curves(tmp_path / 'curves.png', dict(one=scalars, two=scalars))))
    assert picture.shape == (480, 1320, 3)
    colored = (picture.max(axis=2).astype(int) - picture.min(axis=2)) > 60
    assert colored.sum() > 500  # lines, not only black axes


def test_a_run_that_was_not_validated_shows_its_losses(tmp_path):
    def colored(scalars):
        picture = cv2.imread(str(plot_curves(tmp_path / 'curves.png', dict(one=scalars))))
        return (picture.max(axis=2).astype(int) - picture.min(axis=2)) > 60

    both = colored({'loss': ([1, 2], [3.0, 1.0]), 'mIoU': ([1, 2], [10.0, 30.0])})
    losses = colored({'loss': ([1, 2], [3.0, 1.0])})
    assert losses.any()
    assert both.sum() > losses.sum()
    assert not losses[:, 700:].any()  # the axis of mIoU
