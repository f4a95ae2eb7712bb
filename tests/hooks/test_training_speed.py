from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmseg_scr.heap import can_keep_memory, return_memory
from mmseg_scr.hooks import AutocastOptimWrapper, TrainingSpeedHook, training_speed

CONFIGS = Path(__file__).parents[2] / 'configs'
SPEED = CONFIGS / '_base_' / 'speed'
DEMO = CONFIGS / 'demo' / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
RUNS = count()
PATCHES = dict(compiled=dict(backend='eager'))  # no test waits for a C++ compiler


@pytest.fixture
def train(tmp_path):
    """A function that trains the demonstration's network with the named bases of speed."""

    def train(*names, iterations=2, **overrides):
        torch.compiler.reset()
        number = next(RUNS)
        file = tmp_path / f'composed_{number}.py'
        listed = [str(DEMO), *(str(SPEED / f'{name}.py') for name in names)]
        file.write_text(f'_base_ = {listed}\n')
        config = Config.fromfile(file)
        config.merge_from_dict({n: v for n, v in PATCHES.items() if n in names} | overrides)
        config.work_dir = str(tmp_path / f'run_{number}')
        config.experiment_name = f'speed_{number}'
        config.log_level = 'ERROR'
        config.train_cfg.update(max_iters=iterations, val_interval=100)
        config.train_dataloader.update(batch_size=2, num_workers=0, persistent_workers=False)
        config.train_dataloader.dataset.size = (64, 96)
        config.model.data_preprocessor.size = (64, 96)
        config.model.decode_head.contrast.max_views = 20
        config.randomness = dict(seed=0)
        runner = Runner.from_cfg(config)
        runner.train()
        losses = runner.message_hub.log_scalars['train/loss'].data[0]
        return runner, runner.model.state_dict(), losses

    yield train
    if can_keep_memory():
        return_memory()


def names_of_bases():
    return sorted(path.stem for path in SPEED.glob('*.py'))


def test_every_base_is_one_that_a_test_trains():
    assert names_of_bases() == [
        'bf16',
        'channels_last',
        'checkpointed_backbone',
        'compiled',
        'fp16',
        'kept_memory',
    ]


@pytest.fixture
def plain(train):
    return train()


EXACT = ['channels_last', 'checkpointed_backbone', 'compiled']


@pytest.mark.slow
@pytest.mark.parametrize(
    'names', [*([name] for name in EXACT), EXACT, ['kept_memory']], ids='-'.join
)
def test_exact_bases_train_the_same_model_up_to_rounding(names, plain, train):
    _, expected, losses_before = plain
    _, trained, losses = train(*names)
    assert trained.keys() == expected.keys()
    assert losses[:1] == pytest.approx(losses_before[:1], rel=1e-5)  # of the same weights
    assert losses == pytest.approx(losses_before, rel=1e-2)  # rounding grows from step to step
    counts = [name for name in expected if name.endswith('num_batches_tracked')]
    assert counts
    assert all(trained[name] == expected[name] == 2 for name in counts)


@pytest.mark.parametrize(
    ('device', 'possible', 'expected'),
    [
        ('cpu', True, ['kept']),
        ('cpu', False, ['kept_memory is left out: it needs Linux with glibc']),
        ('meta', True, []),
    ],
)
def test_memory_is_kept_on_a_cpu_where_the_c_library_can(monkeypatch, device, possible, expected):
    said = []
    monkeypatch.setattr(training_speed, 'can_keep_memory', lambda: possible)
    monkeypatch.setattr(training_speed, 'keep_memory', lambda: said.append('kept'))
    runner = SimpleNamespace(
        cfg=Config.fromfile(SPEED / 'kept_memory.py'),
        model=torch.nn.Linear(1, 1, device=device),
        logger=SimpleNamespace(warning=said.append),
    )
    TrainingSpeedHook().before_train(runner)
    assert said == expected


@pytest.mark.slow
def test_all_together_train_in_bfloat16(plain, train):
    runner, trained, losses = train(*EXACT, 'bf16')
    assert isinstance(runner.optim_wrapper, AutocastOptimWrapper)
    assert trained.keys() == plain[1].keys()
    assert losses == pytest.approx(plain[2], rel=0.1)
    assert losses != pytest.approx(plain[2], rel=1e-6)
    assert all(value.dtype != torch.bfloat16 for value in trained.values())


def test_options_of_a_command_do_the_same_as_a_base(train):
    _, by_base, _ = train('channels_last', iterations=1)
    _, by_option, _ = train(iterations=1, channels_last=True)
    assert all(torch.equal(value, by_option[name]) for name, value in by_base.items())


@pytest.mark.skipif(torch.cuda.is_available(), reason='mmengine scales float16 on a GPU')
def test_float16_on_a_cpu_is_refused_with_what_works(train):
    init_default_scope('mmseg')
    with pytest.raises(ValueError, match=r"give autocast='bfloat16': .*only available training"):
        train('fp16')


@pytest.mark.parametrize(
    ('value', 'options'),
    [(True, {}), ('eager', dict(backend='eager')), (dict(backend='x'), dict(backend='x'))],
)
def test_a_backend_may_be_named_alone(monkeypatch, value, options):
    asked = []
    monkeypatch.setattr(training_speed, 'compile_parts', lambda _, **given: asked.append(given))
    runner = SimpleNamespace(cfg=Config(dict(compiled=value)), model=torch.nn.Linear(1, 1))
    TrainingSpeedHook().before_train(runner)
    assert asked == [options]


def test_what_is_no_backend_is_refused():
    runner = SimpleNamespace(cfg=Config(dict(compiled=3)), model=torch.nn.Linear(1, 1))
    with pytest.raises(TypeError, match=r'dict\(backend=\.\.\.\), the name .* or True, got 3'):
        TrainingSpeedHook().before_train(runner)
