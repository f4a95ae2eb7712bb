"""Where an aligner lets pixels look: arrows, colours, entropy of the 3x3 weights (Fig. 2)."""

from typing import TYPE_CHECKING

import numpy as np

from mmseg_scr.visualization.direction_colors import color_wheel, direction_colors
from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TITLE, grid_of_pictures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARROWS = 4  # an inch of the figure's width
ROOM = 1.4  # of the distance of two arrows, for all but the longest twentieth
ARROW_COLOR, ARROW_EDGE = '#F0E442', 'black'  # yellow with a black edge stands out on any picture


def draw_offsets(
    image: np.ndarray,
    refined: np.ndarray,
    *,
    own: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    title: str = '',
    width: float = PAGE_WIDTH,
) -> 'Figure':
    """Arrows over the image and colours, coarse beside refined, and the entropy of the weights.

    An arrow starts at a pixel and points to where it reads the coarse map. Arrows of both columns
    have one magnification, which the title names, and colours one scale, which the wheel names. A
    column or panel without data is left out.

    Args:
        image: (H, W, 3) uint8 RGB.
        refined: (2, h, w), the offsets that are used, in pixels of their map, x first.
        own: (2, h, w), what each pixel alone proposed, before its 3x3 window is combined.
        weights: (9, h, w) of that window, each pixel's sum being 1.
        title: in front of the column's.
        width: of the figure, in inches.
    """
    fields = {} if own is None else {'own offsets': own}
    fields['refined offsets' if fields else 'offsets'] = refined
    stacked = np.concatenate([o.reshape(2, -1) for o in fields.values()], axis=1)
    longest = float(np.percentile(np.hypot(*stacked), 95))
    columns = max(len(fields), 2)
    rows = 3 if len(fields) == 2 else 2
    figure, axes = grid_of_pictures(
        width, image.shape[:2], rows, columns, between=TITLE, below=2 * TITLE
    )
    step = max(1, round(refined.shape[2] / (ARROWS * width)))
    magnified = _magnification(longest, step)
    for column, (name, offset) in enumerate(fields.items()):
        _draw_arrows(axes[0][column], image, offset, magnified, step)
        name = f'{title}{name}, arrows x{magnified:.3g}'
        axes[0][column].set_title(name, fontsize=SMALL, pad=3)
        below = axes[1][column] if len(fields) == 2 else axes[0][1]
        below.imshow(
            direction_colors(offset, longest), interpolation='nearest', extent=_extent(image)
        )
        below.set_title(_statistics(offset), fontsize=SMALL, pad=3)
    _draw_entropy(axes[-1][0], image, weights)
    _draw_wheel(axes[-1][1], longest)
    return figure


def arrows_of(
    offset: np.ndarray, shape: tuple[int, int], step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Starts and lengths of arrows, evenly spaced over a picture.

    Args:
        offset: (2, h, w), in pixels of its own map.
        shape: (H, W) of the picture.
        step: pixels of the map from one arrow to the next.

    Returns:
        (N, 2) starts and (N, 2) displacements, x first, both in pixels of the picture.
    """
    size = np.array(offset.shape[1:])
    rows, columns = (np.arange(step // 2, n, step) for n in size)
    y, x = np.meshgrid(rows, columns, indexing='ij')
    scale = np.array(shape[::-1]) / size[::-1]
    starts = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * scale - 0.5
    return starts, offset[:, y.ravel(), x.ravel()].T * scale


def window_entropy(weights: np.ndarray) -> np.ndarray:
    """(9, h, w) weights -> (h, w) entropy in parts of log 9: 1 is a plain average."""
    logs = np.log(weights, out=np.zeros_like(weights), where=weights > 0)
    return -(weights * logs).sum(0) / np.log(len(weights))


def _magnification(longest: float, step: int) -> float:
    """A round factor by which arrows fill the room between them."""
    room = ROOM * step / max(longest, 1e-6)
    power = 10 ** np.floor(np.log10(room))
    return float(power * max(f for f in (1, 1.5, 2, 3, 5, 7) if f * power <= room * (1 + 1e-9)))


def _draw_arrows(
    axis: 'Axes', image: np.ndarray, offset: np.ndarray, magnified: float, step: int
) -> None:
    axis.imshow(image)
    starts, moves = arrows_of(offset, image.shape[:2], step)
    axis.quiver(
        *starts.T,
        *(magnified * moves.T),
        angles='xy',
        scale_units='xy',
        scale=1,
        facecolor=ARROW_COLOR,
        edgecolor=ARROW_EDGE,
        linewidth=0.3,
        width=0.004,
        headwidth=4,
        headlength=4,
        headaxislength=3.5,
        minlength=0.5,
    )
    axis.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))


def _draw_entropy(axis: 'Axes', image: np.ndarray, weights: np.ndarray | None) -> None:
    if weights is None:
        axis.set_axis_off()
        return
    entropy = window_entropy(weights)
    style = dict(vmin=0, vmax=1, cmap='cividis', interpolation='nearest')
    drawn = axis.imshow(entropy, extent=_extent(image), **style)
    axis.set_title(f'entropy of 3x3 weights, mean {entropy.mean():.2f}', fontsize=SMALL, pad=3)
    bar = axis.figure.colorbar(drawn, ax=axis, location='bottom', aspect=40, pad=0.02)
    bar.set_ticks([0, 0.5, 1], labels=['0', '0.5', '1'])
    bar.ax.tick_params(labelsize=SMALL)
    bar.set_label('0: one neighbour, 1: average', fontsize=SMALL)


def _draw_wheel(axis: 'Axes', longest: float) -> None:
    axis.set_axis_off()
    axis.imshow(color_wheel(), extent=(-1, 1, 1, -1), interpolation='bilinear')
    for x, y, name in ((1, 0, 'right'), (-1, 0, 'left'), (0, 1, 'down'), (0, -1, 'up')):
        sides = dict(ha=('right', 'center', 'left')[x + 1], va=('bottom', 'center', 'top')[y + 1])
        at = dict(xytext=(3 * x, -3 * y), textcoords='offset points', fontsize=SMALL)
        axis.annotate(name, (x, y), **at, **sides)
    at = dict(xytext=(0, -16), textcoords='offset points', fontsize=SMALL)
    axis.annotate(f'rim: {longest:.2g} px or more', (0, 1), ha='center', va='top', **at)
    axis.set(xlim=(-2, 2), ylim=(2, -1.6))


def _statistics(offset: np.ndarray) -> str:
    lengths = np.hypot(*offset)
    return f'mean {lengths.mean():.2f} px, longest {lengths.max():.2f} px'


def _extent(image: np.ndarray) -> tuple[float, float, float, float]:
    return (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
