from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_scr.runs.plan import group_of_configs, group_of_slot, read_plan

CONFIGS = Path(__file__).parents[2] / 'configs'
DEMO = CONFIGS / 'demo'
REST = '_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
PLAN = """
demo = {demo!r}
rest = {rest!r}
"""


@pytest.fixture
def plan(tmp_path):
    """A function that writes a plan and returns its file."""

    def write(groups):
        file = tmp_path / 'plan.py'
        head = PLAN.format(demo=f'{DEMO}/', rest=REST)
        file.write_text(f'{head}groups = {groups}\n')
        return file

    return write


def test_groups_come_in_the_order_of_the_file(plan):
    scr, base = "demo + 'scr' + rest", "demo + 'baseline' + rest"
    first, second = read_plan(
        plan(f'[dict(config=[{base}, {scr}], seeds=[3, 1]), dict(config={scr}, seeds=[2])]')
    )
    assert ([*first.methods], first.seeds) == (['baseline', 'scr'], [3, 1])
    assert ([*second.methods], second.seeds) == (['scr'], [2])
    assert first.methods['scr'].model.decode_head.aligner.type == 'SRM'
    assert first.methods['baseline'].model.decode_head.aligner.type == 'Bilinear'


def test_titles_tell_the_configs_of_all_groups_apart(plan, tmp_path):
    for backbone in ('thin', 'wide'):
        (tmp_path / f'scr_{backbone}_x.py').write_text('model = dict()')
    groups = read_plan(
        plan("[dict(config='scr_thin_x.py', seeds=[1]), dict(config='scr_wide_x.py', seeds=[1])]")
    )
    assert [[*group.methods] for group in groups] == [['scr_thin'], ['scr_wide']]


def test_options_change_every_config(plan):
    file = plan("[dict(config=[demo + 'scr' + rest, demo + 'segnext' + rest], seeds=[1])]")
    (group,) = read_plan(file, options={'train_cfg.max_iters': 7})
    assert [config.train_cfg.max_iters for config in group.methods.values()] == [7, 7]


def test_the_plans_own_options_come_before_those_of_the_call(plan):
    own = "options = {'train_cfg.max_iters': 5, 'train_dataloader.batch_size': 3}"
    file = plan(f"[dict(config=demo + 'scr' + rest, seeds=[1])]\n{own}")
    (group,) = read_plan(file, options={'train_cfg.max_iters': 7})
    (config,) = group.methods.values()
    assert (config.train_cfg.max_iters, config.train_dataloader.batch_size) == (7, 3)


def test_table_1_of_the_paper_has_its_batch_on_one_gpu_and_differs_in_two_slots_alone():
    (group,) = read_plan(CONFIGS / 'studies' / 'cityscapes_table_1.py')
    heads = {title: config.model.decode_head for title, config in group.methods.items()}
    assert {title: (head.context.type, head.aligner.type) for title, head in heads.items()} == {
        'baseline': ('LastStage', 'Bilinear'),
        'scr-context-laststage': ('LastStage', 'SRM'),
        'scr-aligner-bilinear': ('CRM', 'Bilinear'),
        'scr': ('CRM', 'SRM'),
    }
    for config in group.methods.values():
        assert config.train_dataloader.batch_size == 16
        del config.model.decode_head.context, config.model.decode_head.aligner
        config.pop('run_origin')
    texts = {str(config.to_dict()) for config in group.methods.values()}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ('study', 'seeds', 'added'),
    [
        ('street_scenes', [range(5), range(3), range(3)], []),
        (
            'camvid',
            [range(3), range(1), range(1), range(1, 3), range(1)],
            [
                ['scr-contrast-off-form-literal'],
                [
                    f'scr-contrast-off-{x}'
                    for x in ('similarity-dot', 'factornorm-off', 'stagenorm-off')
                ],
            ],
        ),
    ],
)
def test_rows_of_a_study_are_those_of_its_recipe_and_bear_their_names(study, seeds, added):
    rows = Config.fromfile(CONFIGS / 'studies' / 'rows.py')
    groups = read_plan(CONFIGS / 'studies' / f'{study}.py')
    expected = [rows.table_1, rows.others, rows.field, *added]
    assert [[*group.methods] for group in groups] == expected
    assert [list(group.seeds) for group in groups] == [[*several] for several in seeds]
    schedules = {str(c.param_scheduler) for group in groups for c in group.methods.values()}
    assert len(schedules) == 1


def test_options_that_are_no_dict_are_refused(plan):
    file = plan("[dict(config=demo + 'scr' + rest, seeds=[1])]\noptions = [1]")
    with pytest.raises(ValueError, match=r'options must be a dict of key: value, got \[1\]'):
        read_plan(file)


@pytest.mark.parametrize(
    ('groups', 'message'),
    [
        ('[]', r'must have groups = \[dict'),
        ('[[1]]', r'a group must be dict\(config=..., seeds=\[...\]\), got \[1\]'),
        ("[dict(config='a.py', seed=[1])]", r'a group must be'),
        ("[dict(config=demo + 'scr' + rest, seeds=[])]", 'needs configs and whole numbers'),
        ('[dict(config=[], seeds=[1])]', 'needs configs and whole numbers'),
        ("[dict(config=demo + 'scr' + rest, seeds=['a'])]", 'needs configs and whole numbers'),
        ("[dict(config=demo + 'scr' + rest, seeds=1)]", 'needs configs and whole numbers'),
        (
            "[dict(config=demo + 'scr' + rest, seeds=[1, 2])] * 2",
            r'scr_.*\.py from seed 1, .*scr_.*\.py from seed 2 stands there twice',
        ),
        ("[dict(config=demo + 'scr' + rest, seeds=[2, 2])]", 'from seed 2 stands there twice'),
    ],
)
def test_what_is_no_plan_is_refused(plan, groups, message):
    with pytest.raises(ValueError, match=message):
        read_plan(plan(groups))


def test_a_missing_config_is_named_with_the_folder_that_it_is_looked_for_in(plan, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"config 'absent.py' does not exist in {tmp_path}"):
        read_plan(plan("[dict(config='absent.py', seeds=[1])]"))


def test_a_part_of_a_package_that_the_config_imports_is_a_method(tmp_path, monkeypatch):
    (tmp_path / 'parts_of_my_own.py').write_text(
        'from mmseg.registry import MODELS\n'
        'from mmseg_scr.aligners import Bilinear\n'
        "MODELS.register_module(name='PlanAligner', module=Bilinear)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    config = tmp_path / 'mine.py'
    imports = "custom_imports = dict(imports=['mmseg_scr', 'parts_of_my_own'])"
    config.write_text(f'_base_ = {str(DEMO / ("scr" + REST))!r}\n{imports}\n')
    group = group_of_slot(config, 'aligner', ['PlanAligner', 'FAM'], [1])
    types = {title: c.model.decode_head.aligner.type for title, c in group.methods.items()}
    assert types == {'PlanAligner': 'PlanAligner', 'FAM': 'FAM'}


def test_configs_say_what_they_were_made_of(monkeypatch):
    monkeypatch.chdir(CONFIGS.parent)
    options = {'train_cfg.max_iters': 7}
    file = DEMO / f'scr{REST}'
    group = group_of_slot(file, 'aligner', ['FAM', 'none'], [1], options=options)
    origin = dict(config=f'configs/demo/scr{REST}', options=options, slot='aligner')
    assert {title: config.run_origin for title, config in group.methods.items()} == {
        'FAM': origin | dict(part='FAM'),
        'none': origin | dict(part='none'),
    }


def test_configs_are_named_by_what_tells_them_apart():
    files = [DEMO / f'{method}{REST}' for method in ('scr', 'segnext')]
    assert [*group_of_configs(files, [1]).methods] == ['scr', 'segnext']
