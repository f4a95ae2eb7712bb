from mmengine.config import Config

from mmseg_scr.reports.config_differences import ABSENT, LONGEST, config_differences

BASE = dict(
    model=dict(decode_head=dict(aligner=dict(type='Bilinear'), channels=64)),
    train_dataloader=dict(dataset=dict(pipeline=[dict(type='Load'), dict(type='Crop', size=4)])),
    work_dir='/one',
    randomness=dict(seed=1),
)


def differences(**changes):
    other = Config(BASE)
    other.merge_from_dict(changes)
    return dict(config_differences([Config(BASE), other]))


def test_only_settings_that_differ_are_named():
    changes = {'model.decode_head.aligner.type': 'SRM'}
    expected = {'model.decode_head.aligner.type': ["'Bilinear'", "'SRM'"]}
    assert differences(**changes) == expected


def test_what_one_config_lacks_is_absent():
    assert differences(optim_wrapper=dict(lr=0.1)) == {'optim_wrapper.lr': [ABSENT, '0.1']}
    assert differences(**{'model.decode_head.aligner': None}) == {
        'model.decode_head.aligner': [ABSENT, 'None'],
        'model.decode_head.aligner.type': ["'Bilinear'", ABSENT],
    }


def test_a_step_of_a_pipeline_is_named_by_its_type():
    found = differences(**{'train_dataloader.dataset.pipeline.1.size': 8})
    assert found == {'train_dataloader.dataset.pipeline[1 Crop].size': ['4', '8']}


def test_places_seeds_and_what_no_run_reads_are_left_out():
    changes = {'work_dir': '/two', 'randomness.seed': 2, 'crop': 3, 'load_from': 'x.pth'}
    assert differences(**changes, **{'train_dataloader.dataset.data_root': '/data'}) == {}


def test_a_tuple_is_the_list_that_a_written_config_has():
    configs = [Config(dict(train_cfg=dict(size=size))) for size in ((1, 2), [1, 2])]
    assert config_differences(configs) == []


def test_long_values_are_cut():
    (value,) = (pair[1] for pair in differences(custom_hooks=['x' * 500]).values())
    assert len(value) == LONGEST
    assert value.endswith('…')
