from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_scr.runs.repeatable import repeatable

DEMO = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*-200_*.py'))


@pytest.fixture
def config():
    return Config.fromfile(DEMO)


def test_data_is_drawn_in_the_process_by_a_sampler_that_repeats(config, tmp_path):
    config.train_dataloader.update(num_workers=4, persistent_workers=True)
    loader = repeatable(config, 'x', 3, tmp_path).train_dataloader
    assert (loader.num_workers, loader.persistent_workers) == (0, False)
    assert loader.sampler.type == 'RepeatableInfiniteSampler'


def test_what_only_workers_can_do_is_left_out_without_them(config, tmp_path):
    config.train_dataloader.update(num_workers=4, prefetch_factor=3)
    assert 'prefetch_factor' not in repeatable(config, 'x', 3, tmp_path).train_dataloader
    with_workers = repeatable(config, 'x', 3, tmp_path, workers=2).train_dataloader
    assert with_workers.prefetch_factor == 3


def test_with_workers_the_data_is_drawn_in_theirs(config, tmp_path):
    loader = repeatable(config, 'x', 3, tmp_path, workers=4).train_dataloader
    assert (loader.num_workers, loader.persistent_workers) == (4, True)
    assert loader.sampler.type == 'RepeatableInfiniteSampler'


def test_little_is_lost_when_it_is_killed(config, tmp_path):
    checkpoint = repeatable(config, 'x', 3, tmp_path).default_hooks.checkpoint
    assert (checkpoint.interval, checkpoint.max_keep_ckpts) == (10, 2)


def test_a_config_that_leaves_hooks_and_visualizer_to_mmengine_saves_and_logs(config, tmp_path):
    expected = repeatable(config, 'x', 3, tmp_path).default_hooks
    for name in ('default_hooks', 'visualizer'):
        config.pop(name)
    changed = repeatable(config, 'x', 3, tmp_path)
    assert changed.default_hooks.logger.interval == expected.logger.interval
    assert changed.default_hooks.checkpoint.interval == expected.checkpoint.interval
    assert changed.default_hooks.checkpoint.by_epoch is False
    assert changed.visualizer.name == 'x'


def test_a_config_that_counts_epochs_is_refused_by_name(config, tmp_path):
    config.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3)
    with pytest.raises(ValueError, match=r'count iterations by max_iters, got .*EpochBased'):
        repeatable(config, 'x', 3, tmp_path)


def test_the_given_config_stays_as_it_was(config, tmp_path):
    before = config.to_dict()
    repeatable(config, 'x', 3, tmp_path)
    assert config.to_dict() == before


def test_without_a_test_the_images_of_the_validation_are_tested(config, tmp_path):
    config.update(test_dataloader=None, test_evaluator=None, test_cfg=None)
    changed = repeatable(config, 'x', 3, tmp_path)
    assert changed.test_dataloader == config.val_dataloader
    assert changed.test_evaluator == config.val_evaluator


def test_a_config_without_any_evaluation_stays_one(config, tmp_path):
    none = dict.fromkeys(f'{s}_{k}' for s in ('val', 'test') for k in ('dataloader', 'evaluator'))
    config.update(none, val_cfg=None, test_cfg=None)
    changed = repeatable(config, 'x', 3, tmp_path)
    assert changed.test_dataloader is None
