"""A headless browser of the system, where there is one."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome')
OPTIONS = ('--headless', '--no-sandbox', '--disable-gpu', '--dump-dom')
PATIENCE = '--virtual-time-budget=5000'  # milliseconds
HARNESS = """<!DOCTYPE html><body style="margin:0">
<iframe style="border:0;width:{width}px;height:800px" srcdoc="{page}"></iframe><p id="out"></p>
<script>
const frame = document.querySelector('iframe');
frame.addEventListener('load', () => {{
  const page = frame.contentDocument, view = frame.contentWindow;
  document.querySelector('#out').textContent = JSON.stringify((() => {{ {code} }})());
}});
</script></body>"""
RESULT = re.compile(r'<p id="out">(?P<json>.*?)</p>', re.DOTALL)


def run_in_page(page: str, code: str, *, width: int, folder: Path):
    """What javascript returns that sees ``page`` (a document) and ``view`` (its window).

    Args:
        page: HTML.
        code: the body of a function.
        width: of the window in pixels.
        folder: for files in passing.
    """
    name = next(filter(shutil.which, NAMES), None)
    if name is None:
        pytest.skip(f'no browser: none of {", ".join(NAMES)} is installed')
    file = folder / 'harness.html'
    text = HARNESS.format(width=width, page=html.escape(page, quote=True), code=code)
    file.write_text(text, encoding='utf-8')
    profile = f'--user-data-dir={folder / "profile"}'
    command = [
        name,
        *OPTIONS,
        PATIENCE,
        profile,
        f'--window-size={max(width, 600)},900',
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = RESULT.search(done.stdout)
    if not done.stdout.strip():
        pytest.skip(f'{name} does not start here: {done.stderr.strip()[-200:]}')
    return json.loads(html.unescape(found['json']))
