from copy import deepcopy
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmseg_scr.runs.short_run import train_briefly

CONFIG = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*.py'))


@pytest.fixture
def few_scenes():
    config = Config.fromfile(CONFIG)
    config.val_dataloader.dataset.length = 1
    return config


def train(config, work_dir, **options):
    return train_briefly(config, work_dir, 4, progress=lambda *_: None, title='x', **options)


def test_schedules_are_shortened_to_the_end_of_the_run(few_scenes, tmp_path):
    runner = train(few_scenes, tmp_path)
    assert runner.iter == 4
    (decay,) = few_scenes.param_scheduler  # four steps hold no warm-up
    assert (decay.begin, decay.end) == (0, 4)
    rates = runner.message_hub.log_scalars['train/lr'].data[0]
    assert max(rates) == pytest.approx(few_scenes.optim_wrapper.optimizer.lr)
    assert (tmp_path / 'iter_4.pth').is_file()


def test_seed_decides_about_the_outcome(few_scenes, tmp_path):
    settings = [deepcopy(few_scenes) for _ in range(3)]
    runs = [
        train(config, tmp_path / str(i), seed=seed)
        for i, (config, seed) in enumerate(zip(settings, (1, 1, 2), strict=True))
    ]
    one, same, other = (r.model.decode_head.fusion.conv.weight for r in runs)
    torch.testing.assert_close(one, same)
    assert not torch.allclose(one, other)


def test_loss_that_is_not_finite_ends_the_run(few_scenes, tmp_path):
    few_scenes.optim_wrapper.optimizer.lr = 1e30
    with pytest.raises(ValueError, match=r'x: the loss is (nan|inf) in iteration \d'):
        train(few_scenes, tmp_path)


def test_config_that_counts_epochs_is_refused(few_scenes, tmp_path):
    few_scenes.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3)
    with pytest.raises(ValueError, match=r"by max_iters, got .*'max_epochs': 3"):
        train(few_scenes, tmp_path)


def test_no_iteration_is_an_error(few_scenes, tmp_path):
    with pytest.raises(ValueError, match='iterations must be at least 1, got 0'):
        train_briefly(few_scenes, tmp_path, 0, progress=lambda *_: None, title='x')
