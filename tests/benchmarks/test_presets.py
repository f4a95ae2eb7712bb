import pytest
from mmengine.config import Config

from mmseg_scr.benchmarks import PRESETS, Subject, make_presets
from mmseg_scr.benchmarks.segmentors import build_segmentor

FILES = sorted(
    {
        subject.config
        for on_gpu in (False, True)
        for comparison in make_presets(['all'], on_gpu=on_gpu)
        for subject in comparison.subjects
        if isinstance(subject, Subject)
    }
)


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem.split('_')[0])
def test_every_config_exists_and_its_head_builds(path):
    assert path.is_file()
    thin = {'model.backbone.depths': [1, 1, 1, 1], 'model.backbone.drop_path_rate': 0.0}
    assert Config.fromfile(path).model.backbone.type == 'MSCAN'
    model = build_segmentor(Subject('a', path, overrides=thin))
    assert model.num_classes == 19


@pytest.mark.parametrize('name', PRESETS)
def test_goals_are_of_subjects_that_are_compared(name):
    for comparison in make_presets([name]):
        names = {subject.name for subject in comparison.subjects[1:]}
        for goal in comparison.goals:
            assert goal.subject in names
            assert goal.quantity in comparison.quantities


def test_all_is_every_preset_once():
    titles = [c.title for c in make_presets(['contrast', 'all'])]
    assert len(titles) == len(set(titles))
    assert set(titles) == {c.title for name in PRESETS for c in make_presets([name])}


def test_goals_are_of_a_cpu():
    assert any(c.goals for c in make_presets(['method']))
    assert not any(c.goals for c in make_presets(['all'], on_gpu=True))


def test_the_goal_of_growth_is_of_the_sizes_of_the_papers_on_a_cpu():
    wanted = [
        [goal.at_most for c in make_presets(['growth'], **options) for goal in c.exponents]
        for options in ({}, dict(full_size=True), dict(on_gpu=True))
    ]
    assert wanted == [[], [1.05], []]


@pytest.mark.parametrize('name', PRESETS)
def test_full_size_on_a_cpu_is_that_of_a_gpu_and_has_goals(name):
    on_gpu = make_presets([name], on_gpu=True)
    on_cpu = make_presets([name], full_size=True)
    assert [(c.title, c.size) for c in on_cpu] == [(c.title, c.size) for c in on_gpu]
    assert sum(len(c.goals) for c in on_cpu) == sum(len(c.goals) for c in make_presets([name]))


def test_eager_models_come_before_those_that_take_long_to_make():
    slow = [
        any(isinstance(s, Subject) and s.form != 'eager' for s in c.subjects)
        for c in make_presets(['all'], on_gpu=True)
    ]
    assert slow == sorted(slow)
    assert set(slow) == {False, True}


@pytest.mark.parametrize('form', ['eager', 'optimized'])
def test_series_differs_in_size_alone_from_the_smallest_to_the_largest(form):
    series = [c for c in make_presets(['growth'], on_gpu=True) if c.subjects[0].form == form]
    assert len({c.size for c in series}) == len(series) > 2
    assert (series[0].size, series[-1].size) == ((512, 512), (2048, 4096))
    assert len({(c.series, c.batch, c.training, c.subjects[0].config) for c in series}) == 1
