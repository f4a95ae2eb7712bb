"""What a matplotlib figure shows, read from its pixels and its layout."""

import numpy as np

NARROW, WIDE = 88 / 25.4, 180 / 25.4  # inches: one and two columns of a paper


def picture_of(figure):
    """(H, W, 3) pixels of a figure as it is drawn."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


def pixels(figure, color):
    """Where a figure has exactly this colour, ``'#rrggbb'``."""
    return (picture_of(figure) == [int(color[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=-1)


def fits(figure):
    """Whether everything that is drawn lies on the page, to a hundredth of an inch."""
    figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    return min(box.x0, box.y0, width - box.x1, height - box.y1) > -0.01


def texts(axis):
    """What stands in an axis and beside it."""
    return [text.get_text() for text in axis.texts]
