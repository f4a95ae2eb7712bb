"""The page: gradio's parts around a :class:`~mmseg_scr.page.trial.Trial`.

It speaks to no other machine: counting of users, look-ups of versions and tunnels are off, and
gradio serves its fonts and scripts itself.
"""

import html
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mmseg_scr.page.class_list import class_list
from mmseg_scr.page.trial import Trial

if TYPE_CHECKING:
    from gradio import Blocks

LARGEST_FILE = '200mb'
KEPT = 600  # seconds that the files of a picture stay on the disk
LOOKING = 'Looking at the offsets ...'
NOTHING = 'Drop a picture into the field above.'
PARAGRAPH = '<p role="{role}">{text}</p>'


def build_page(trial: Trial, title: str) -> 'Blocks':
    """The page of one model, not yet served.

    Its one event, which clients call by the name ``/segment``, takes a file and gives the picture,
    its overlay, the list of classes, a message, the offsets, a message about these.

    Args:
        trial: of the model.
        title: of the page.

    Raises:
        ImportError: gradio is not installed.
    """
    import gradio

    with gradio.Blocks(title=title, analytics_enabled=False, delete_cache=(KEPT, KEPT)) as page:
        gradio.HTML(f'<h1>{html.escape(title)}</h1>')
        file = gradio.File(label='Picture', height=140)
        message = gradio.HTML(PARAGRAPH.format(role='status', text=NOTHING))
        with gradio.Row():
            picture = _image(gradio, 'Picture', 'The picture', 'jpeg')
            overlay = _image(gradio, 'Classes', 'The picture in the colours of its classes', 'jpeg')
        classes = gradio.HTML()
        offset_message = gradio.HTML()
        offsets = _image(gradio, 'Offsets', 'Where pixels look, as arrows and colours', 'png')
        outputs = [picture, overlay, classes, message, offsets, offset_message]
        file.change(_answer(trial), file, outputs, api_name='segment')
    return page


def serve_page(page: 'Blocks', host: str = '127.0.0.1', port: int | None = None) -> str:
    """Serve a page from threads of its own and return its address.

    Args:
        page: of :func:`build_page`.
        host: interface to listen at; by default this machine alone can reach the page.
        port: by default the first free one from 7860 on.

    Raises:
        OSError: the port is taken.
    """
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        share=False,
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
        max_file_size=LARGEST_FILE,
        footer_links=[],
    )
    return address


def _image(gradio: object, label: str, alternative: str, form: str) -> object:
    return gradio.Image(
        label=label, alt_text=alternative, format=form, interactive=False, buttons=['fullscreen']
    )


def _answer(trial: Trial) -> Callable[[str | None], Iterator[tuple]]:
    """What the event does: values of the page as they become known; bad input is a message."""

    def answer(path: str | None) -> Iterator[tuple]:
        if path is None:
            yield None, None, '', _message(NOTHING), None, ''
            return
        try:
            picture = trial.read(path)
            prepared = trial.prepare(picture)
            seen = trial.segment(picture, prepared)
        except Exception as error:  # whatever a file or a model can do wrong
            yield None, None, '', _message(_reason(error), role='alert'), None, ''
            return
        table = class_list(trial.classes, trial.palette, seen.shares)
        known = seen.picture, seen.overlay, table, _message(seen.message)
        yield *known, None, _message(LOOKING)
        try:
            offsets, why_not = trial.offsets(prepared)
        except Exception as error:  # the classes stay
            offsets, why_not = None, f'The offsets cannot be shown: {_reason(error)}'
        yield *known, offsets, _message(why_not)

    return answer


def _message(text: str, role: str = 'status') -> str:
    return PARAGRAPH.format(role=role, text=html.escape(text)) if text else ''


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) if isinstance(error, ValueError) else f'{type(error).__name__}: {error}'
