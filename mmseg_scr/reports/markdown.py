"""A report as markdown: all tables and texts; pictures are links into the page."""

import re

from mmseg_scr.reports.document import Block, Document, Picture, Table, clean

SPECIAL = re.compile(r'([\\`*_\[\]|#~$])')


def format_markdown(document: Document, page: str) -> str:
    """The twin of a page.

    Args:
        document: the report.
        page: name of the file with the pictures.
    """
    lines = [f'# {escape(document.title)}', *map(escape, document.summary)]
    lines.append(f'Pictures are in [{escape(page)}]({page}).')
    number = 0
    for section in document.sections:
        lines.append(f'## {escape(section.title)}')
        for block in section.blocks:
            number += isinstance(block, Picture)
            lines.append(_block(block, f'{page}#picture-{number}'))
    return '\n\n'.join(lines) + '\n'


def escape(text: str) -> str:
    """What is shown as it is, wherever it came from."""
    plain = clean(text).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return SPECIAL.sub(r'\\\1', plain)


def _block(block: Block, address: str) -> str:
    if isinstance(block, Table):
        rules = ['---' if i in block.texts else '---:' for i in range(len(block.columns))]
        rows = [list(map(escape, block.columns)), rules]
        rows += [[escape(cell.text) for cell in row] for row in block.rows]
        table = '\n'.join(f'| {" | ".join(row)} |' for row in rows)
        return f'{escape(block.caption)}\n\n{table}'
    if isinstance(block, Picture):
        return f'[Picture]({address}): {escape(block.caption)}'
    return escape(block.text)
