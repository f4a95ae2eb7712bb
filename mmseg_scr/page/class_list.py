"""Which classes a picture has, as a table of HTML with their colours."""

import html
from collections.abc import Sequence

SWATCH = (
    '<span aria-hidden="true" style="display:inline-block;width:1.4em;height:1em;'
    'border:1px solid #000;vertical-align:-0.15em;background:rgb({},{},{})"></span>'
)
ROW = (
    '<tr><th scope="row" style="text-align:left">{swatch} {name}</th>'
    '<td style="text-align:right">{share:.1f} %</td></tr>'
)
HEAD = '<thead><tr><th scope="col">class</th><th scope="col">share of the pixels</th></tr></thead>'


def class_list(
    classes: Sequence[str], palette: Sequence[Sequence[int]], shares: Sequence[float]
) -> str:
    """Colour, name and share of every class that occurs, the largest first; names of the others.

    Args:
        classes: K names, of any characters.
        palette: RGB colour of each.
        shares: of the pixels, 0 to 1.
    """
    order = sorted(range(len(classes)), key=lambda k: -shares[k])
    rows = [
        ROW.format(
            swatch=SWATCH.format(*palette[k]), name=html.escape(classes[k]), share=100 * shares[k]
        )
        for k in order
        if shares[k] > 0
    ]
    absent = [html.escape(name) for name, share in zip(classes, shares, strict=True) if not share]
    others = f'<p>not found: {", ".join(absent)}</p>' if absent else ''
    return f'<table>{HEAD}<tbody>{"".join(rows)}</tbody></table>{others}'
