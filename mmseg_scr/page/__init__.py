"""A local page to try a model: a picture in, its classes and offsets out.

:class:`Trial` answers with arrays; :func:`build_page` puts it behind a page of gradio, which is
imported when that is called.
"""

from mmseg_scr.page.app import build_page, serve_page
from mmseg_scr.page.trial import Segmented, Trial

__all__ = ['Segmented', 'Trial', 'build_page', 'serve_page']
