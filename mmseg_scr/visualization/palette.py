"""Colours that colour-blind readers tell apart (Okabe & Ito), each beside a second sign.

No figure tells anything by colour alone: models also have a marker and a dash, kinds a hatch.
"""

BLACK, ORANGE, SKY, GREEN = '#000000', '#E69F00', '#56B4E9', '#009E73'
YELLOW, BLUE, VERMILION, PURPLE = '#F0E442', '#0072B2', '#D55E00', '#CC79A7'
GREY = '#7F7F7F'
BETTER, WORSE = BLUE, VERMILION

MODEL_COLORS = (BLACK, VERMILION, BLUE, GREEN, PURPLE, ORANGE, SKY)
MODEL_MARKERS = ('o', 'D', 's', '^', 'v', 'P', 'X')
MODEL_DASHES = ('-', '--', '-.', ':', (0, (5, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2)))


def model_style(number: int) -> dict[str, object]:
    """Colour, marker and dash of the model of that number, as keywords of ``plot``."""
    kinds = zip(
        ('color', 'marker', 'linestyle'), (MODEL_COLORS, MODEL_MARKERS, MODEL_DASHES), strict=True
    )
    return {name: signs[number % len(signs)] for name, signs in kinds}
