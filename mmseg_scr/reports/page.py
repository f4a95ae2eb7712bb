"""A report as one HTML file that needs nothing else: it holds its pictures, style and script."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from mmseg_scr.reports.document import Document, Picture, clean
from mmseg_scr.reports.pictures import DPI, encode

HERE = Path(__file__).parent
MEGABYTE = 1e6


@dataclass(frozen=True)
class _Inline:
    name: str
    source: str
    width: int
    height: int


def format_page(document: Document, *, megabytes: float = 15) -> str:
    """The page, with pictures as sharp as its size allows.

    Every text is escaped, whatever is in it.

    Args:
        document: the report.
        megabytes: that the page may have, 1e6 bytes each.

    Raises:
        ValueError: even with coarse pictures it is larger.
    """
    for dpi in DPI:
        page = _render(document, dpi)
        size = len(page.encode()) / MEGABYTE
        if size < megabytes:
            return page
    raise ValueError(
        f'the page has {size:.1f} MB with its pictures at {dpi} pixels an inch, and may have '
        f'{megabytes:g}: show fewer images (--images) or rows (--rows)'
    )


def _render(document: Document, dpi: int) -> str:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else clean(value),
    )
    template = environment.from_string((HERE / 'page.html').read_text(encoding='utf-8'))
    own = {n: Markup((HERE / f'page.{n}').read_text(encoding='utf-8')) for n in ('css', 'js')}
    pictures = _pictures(document, dpi)
    return template.render(document=document, pictures=pictures, style=own['css'], script=own['js'])


def _pictures(document: Document, dpi: int) -> dict[tuple[str, int], _Inline]:
    """By section and place in it."""
    found = {}
    for section in document.sections:
        for place, block in enumerate(section.blocks):
            if isinstance(block, Picture):
                kind, content, size = encode(block, dpi)
                source = f'data:{kind};base64,{b64encode(content).decode()}'
                name = f'picture-{len(found) + 1}'
                found[section.name, place] = _Inline(name, source, *size)
    return found
