"""What the missing part of IoU is made of, a stacked bar a model or class."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mmseg_scr.visualization.figure import PAGE_WIDTH, SMALL, TITLE, make_figure, tidy
from mmseg_scr.visualization.palette import BLUE, ORANGE, PURPLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# In the order of the columns of ErrorTypeMetric. Colour tells the kind, hatching the direction.
KINDS = (
    ('boundary, false positive', BLUE, ''),
    ('boundary, false negative', BLUE, '////'),
    ('extent, false positive', ORANGE, ''),
    ('extent, false negative', ORANGE, '////'),
    ('segment, false positive', PURPLE, ''),
    ('segment, false negative', PURPLE, '////'),
)
ROW = 0.3  # inches
NARROW = 4.5  # inches, too few for a legend of three columns
ROOM = 0.35  # inches that a number inside of a bar needs


def draw_error_bars(
    shares: Mapping[str, Sequence[float]], *, unit: str = 'union', width: float = PAGE_WIDTH
) -> 'Figure':
    """A bar a row, stacked in the order of ``KINDS``; its end is what IoU lacks.

    Args:
        shares: title -> six shares in percent.
        unit: what the shares are of.
        width: of the figure, in inches.

    Raises:
        ValueError: no row, or one without six shares.
    """
    from matplotlib.patches import Patch

    for title, values in shares.items():
        if len(values) != len(KINDS):
            raise ValueError(f'{title!r} needs {len(KINDS)} shares, got {len(values)}')
    if not shares:
        raise ValueError('error bars need at least one row, got none')
    columns = 3 if width > NARROW else 1
    figure = make_figure(width, ROW * len(shares) + 0.65 + TITLE * len(KINDS) / columns)
    axis = tidy(figure.subplots(), grid='x')
    longest = max(sum(values) for values in shares.values()) or 1.0
    for row, values in enumerate(shares.values()):
        left = 0.0
        for value, (_, color, hatch) in zip(values, KINDS, strict=True):
            style = dict(color=color, hatch=hatch, edgecolor='white', linewidth=0.5)
            axis.barh(row, value, left=left, height=0.7, **style)
            if value > ROOM / width * longest:
                box = dict(facecolor='white', edgecolor='none', pad=0.8)
                at = dict(ha='center', va='center', fontsize=SMALL, bbox=box)
                axis.text(left + value / 2, row, f'{value:.1f}', **at)
            left += value
        end = dict(textcoords='offset points', va='center', fontsize=SMALL, fontweight='bold')
        axis.annotate(f'{left:.1f}', (left, row), (4, 0), **end)
    axis.set_yticks(range(len(shares)), [*shares])
    axis.set_ylim(len(shares) - 0.5, -0.5)
    axis.set_xlim(0, 1.08 * longest)
    axis.set_xlabel(f'share of the {unit} (%)\nbold: all errors, 100 - IoU')
    handles = [
        Patch(facecolor=color, hatch=hatch, edgecolor='white', label=label)
        for label, color, hatch in KINDS
    ]
    style = dict(frameon=False, fontsize=SMALL, handlelength=1.8)
    figure.legend(handles=handles, loc='outside lower center', ncols=columns, **style)
    return figure
