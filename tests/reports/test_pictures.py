import io

import pytest
from builders.documents import figure
from PIL import Image

from mmseg_scr.reports.document import Picture
from mmseg_scr.reports.pictures import encode


@pytest.mark.parametrize(('photograph', 'kind'), [(False, 'png'), (True, 'webp')])
def test_a_picture_has_the_pixels_that_its_width_in_inches_asks_for(photograph, kind):
    picture = Picture(figure(), 'a line', 'a line', is_photograph=photograph)
    media, content, size = encode(picture, 100)
    image = Image.open(io.BytesIO(content))
    assert (media, image.format.lower()) == (f'image/{kind}', kind)
    assert size == image.size == (300, 200)
    assert encode(picture, 50)[2] == (150, 100)


def test_white_stays_white_and_the_line_its_colour():
    _, content, _ = encode(Picture(figure(), 'a line', 'a line'), 100)
    colors = {color for _, color in Image.open(io.BytesIO(content)).convert('RGB').getcolors()}
    assert (255, 255, 255) in colors
    assert any(abs(r - 31) + abs(g - 119) + abs(b - 180) < 9 for r, g, b in colors)
