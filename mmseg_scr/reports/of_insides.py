"""Offsets of the aligners, of the models that have them."""

from collections.abc import Sequence

from mmseg_scr.figures import Request
from mmseg_scr.figures.insides import Look
from mmseg_scr.figures.of_insides import offsets
from mmseg_scr.reports.document import Absent, Picture, Section
from mmseg_scr.reports.subjects import Subject


def alignment(subjects: Sequence[Subject], image: int) -> Section:
    """Where the finest aligner of each model lets pixels look, in one image."""
    section = Section('offsets', 'Offsets')
    request = Request(names=['offsets'])
    for subject in subjects:
        look = Look(subject.model, image)
        figure = offsets(look, request)
        if figure is None:
            section.blocks.append(Absent(f'{subject.title} has no aligner with offsets.'))
            continue
        alt = (
            f'Arrows over {look.name}, colours of their directions and the entropy of the 3x3 '
            f'weights, of {subject.title}.'
        )
        caption = f'{subject.title}, {look.name}: an arrow points to where a pixel reads.'
        section.blocks.append(Picture(figure, alt, caption, is_photograph=True))
    return section
