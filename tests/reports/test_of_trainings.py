import json

from mmseg_scr.figures import NamedModel, NamedRun
from mmseg_scr.reports.document import Absent, Picture
from mmseg_scr.reports.of_trainings import curves
from mmseg_scr.reports.subjects import Subject


def with_log(subject, folder, offset):
    """The subject with a training that logged two losses and one score."""
    logs = folder / '20300101_000000' / 'vis_data'
    logs.mkdir(parents=True)
    lines = [dict(step=s, loss=offset + 1 / s) for s in (1, 2)] + [dict(step=2, mIoU=50.0)]
    (logs / 'scalars.json').write_text('\n'.join(map(json.dumps, lines)))
    run = NamedRun(folder / 'config.py', folder / 'a.pth', folder=folder)
    return Subject(NamedModel((run,)), subject.model, subject.passes)


def test_curves_are_drawn_of_those_that_have_logs(subjects, tmp_path):
    logged = with_log(subjects[0], tmp_path / 'run', 1.0)
    section = curves([logged, subjects[1]])
    picture, absent = section.blocks
    assert isinstance(picture, Picture)
    panels = [axis.get_ylabel() for axis in picture.figure.axes]
    assert panels == ['loss', 'mIoU']
    line = picture.figure.axes[0].lines[0]
    assert line.get_ydata().tolist() == [2.0, 1.5]
    assert absent == Absent('ours: no log of the training lies beside its checkpoint.')


def test_logs_of_others_below_a_folder_of_checkpoints_are_not_taken(subjects, tmp_path):
    with_log(subjects[0], tmp_path / 'weights' / 'another', 0.0)
    run = NamedRun(None, 'a.pth', folder=tmp_path / 'weights')
    subject = Subject(NamedModel((run,)), subjects[0].model, subjects[0].passes)
    assert [type(block) for block in curves([subject]).blocks] == [Absent]
