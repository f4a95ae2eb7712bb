"""How the trainings went, where their folders have logs."""

from collections.abc import Sequence

from mmseg_scr.figures import NamedRun
from mmseg_scr.reports.document import Absent, Picture, Section
from mmseg_scr.reports.subjects import Subject
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.visualization import Series, draw_seed_curves
from mmseg_scr.visualization.figure import PAGE_WIDTH

METRICS = ('loss', 'mIoU')
LOGS = ('vis_data/scalars.json', '*/vis_data/scalars.json')  # of one run, of a work folder


def curves(subjects: Sequence[Subject]) -> Section:
    """Loss and mIoU over iterations, seeds in a band."""
    section = Section('curves', 'Training curves')
    panels: dict[str, dict[str, list]] = {}
    for subject in subjects:
        logged = [scalars for run in subject.named.runs if (scalars := _logged(run))]
        if not logged:
            absent = f'{subject.title}: no log of the training lies beside its checkpoint.'
            section.blocks.append(Absent(absent))
        for metric in METRICS:
            series = [scalars[metric] for scalars in logged if metric in scalars]
            if series and _common(series):
                panels.setdefault(metric, {})[subject.title] = series
    if panels:
        figure = draw_seed_curves(panels, width=PAGE_WIDTH)
        alt = f'Curves of {", ".join(panels)} over iterations, a line a model.'
        caption = 'Mean over seeds in a band from the lowest to the highest seed.'
        section.blocks.insert(0, Picture(figure, alt, caption))
    return section


def _logged(run: NamedRun) -> Series:
    if run.folder is None or not any(next(run.folder.glob(p), None) for p in LOGS):
        return {}
    return read_scalars(run.folder)


def _common(series: Sequence[tuple[Sequence[int], Sequence[float]]]) -> bool:
    return bool(set.intersection(*(set(steps) for steps, _ in series)))
