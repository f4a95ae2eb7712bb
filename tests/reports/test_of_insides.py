from mmseg_scr.figures import NamedModel, NamedRun, load_models
from mmseg_scr.reports.document import Absent, Picture
from mmseg_scr.reports.of_insides import alignment
from mmseg_scr.reports.subjects import Subject


def test_offsets_are_shown_of_models_that_have_them(trained):
    titles = ['uper', 'ours']
    with load_models([trained[title] for title in titles], titles) as models:
        named = NamedModel((NamedRun(None, 'a.pth'),))
        first, second = alignment([Subject(named, model) for model in models], 1).blocks
    assert first == Absent('uper has no aligner with offsets.')
    assert isinstance(second, Picture)
    assert second.is_photograph
    assert second.caption.startswith('ours, street_scene_000001: ')
    titles = [axis.get_title() for axis in second.figure.axes]
    assert any(title.startswith('refined offsets') for title in titles)
