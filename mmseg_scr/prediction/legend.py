"""Which colour stands for which class, as one picture beside the results."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROW = 24  # pixels
MARGIN = 12
SWATCH = (36, 16)  # width, height
FONT_SIZE = 14
ROWS = 30  # classes in a column


def draw_legend(classes: Sequence[str], palette: Sequence[Sequence[int]]) -> np.ndarray:
    """A swatch and a name a class, in columns; (H, W, 3) uint8, BGR.

    Args:
        classes: K names.
        palette: RGB colour of each.
    """
    font = ImageFont.load_default(FONT_SIZE)
    text = SWATCH[0] + 2 * MARGIN  # where names begin in a column
    width = text + round(max(map(font.getlength, classes))) + MARGIN
    columns = -(-len(classes) // ROWS)
    height = 2 * MARGIN + ROW * min(len(classes), ROWS)
    picture = Image.new('RGB', (columns * width, height), 'white')
    draw = ImageDraw.Draw(picture)
    for index, (name, color) in enumerate(zip(classes, palette, strict=True)):
        x, y = index // ROWS * width, MARGIN + index % ROWS * ROW
        corner = (x + MARGIN, y + (ROW - SWATCH[1]) // 2)
        far = (corner[0] + SWATCH[0] - 1, corner[1] + SWATCH[1] - 1)
        draw.rectangle((corner, far), fill=tuple(color), outline='black')
        draw.text((x + text, y + ROW / 2), name, 'black', font, anchor='lm')
    return np.ascontiguousarray(np.asarray(picture)[..., ::-1])
