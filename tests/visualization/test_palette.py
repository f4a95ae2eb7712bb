import numpy as np
import pytest

from mmseg_scr.visualization import palette

# Linear RGB as a reader without one kind of cone sees it (Machado et al., 2009, severity 1).
BLINDNESS = {
    'protan': [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    'deutan': [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    'tritan': [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def lab(rgb):
    """CIE L*a*b* of linear RGB."""
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ np.clip(rgb, 0, 1)
    x, y, z = np.cbrt(xyz / [0.9505, 1, 1.089] + 1e-9)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(color, kind):
    values = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(values > 0.04045, ((values + 0.055) / 1.055) ** 2.4, values / 12.92)
    return lab(np.array(BLINDNESS[kind]) @ linear)


@pytest.mark.parametrize('kind', BLINDNESS)
@pytest.mark.parametrize(
    ('one', 'other'),
    [
        (palette.BETTER, palette.WORSE),
        (palette.BLUE, palette.ORANGE),
        (palette.ORANGE, palette.PURPLE),
        (palette.BLUE, palette.PURPLE),
        *zip(palette.MODEL_COLORS[:4], palette.MODEL_COLORS[1:4], strict=False),
    ],
)
def test_colours_that_stand_side_by_side_differ_for_colour_blind_readers(kind, one, other):
    assert np.linalg.norm(seen(one, kind) - seen(other, kind)) > 15


def test_models_also_differ_in_marker_and_dash():
    styles = [palette.model_style(number) for number in range(7)]
    for sign in ('color', 'marker', 'linestyle'):
        assert len({str(style[sign]) for style in styles}) == 7
