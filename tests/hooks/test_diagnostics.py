import json
import logging
from itertools import count

import pytest
import torch
from builders.heads import build_segmentor
from builders.inputs import block_labels, data_samples
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.hooks import DiagnosticsHook, diagnostics

SIZE = (64, 96)
RUNS = count()
TINY = dict(embed_dims=[8, 16, 24, 32], depths=[1] * 4, mlp_ratios=[2] * 4, drop_path_rate=0.2)


def build_network(**head):
    """A segmentor with dropout and dropped paths, and what turns lists into batches."""
    network = build_segmentor(TINY, dropout_ratio=0.1, **head)
    network.data_preprocessor = MODELS.build(dict(type='SegDataPreProcessor', size=SIZE))
    return network


class Images(torch.utils.data.Dataset):
    """Four images of noise with labels in squares."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        inputs = torch.randn(3, *SIZE, generator=generator)
        labels = block_labels(4, SIZE, 5)
        return dict(inputs=inputs, data_samples=data_samples(labels)[index])


@pytest.fixture
def train(tmp_path):
    """A function that trains a small network and returns (runner, weights, scalars of the log)."""

    def train(*hooks, iterations=4, optim_wrapper=None, model=None, **head):
        torch.manual_seed(0)
        model = model or build_network(**head)
        work_dir = tmp_path / f'run_{next(RUNS)}'
        runner = Runner(
            model=model,
            work_dir=str(work_dir),
            train_dataloader=dict(
                dataset=Images(),
                sampler=dict(type='InfiniteSampler', shuffle=False),
                batch_size=2,
                num_workers=0,
                collate_fn=dict(type='pseudo_collate'),
            ),
            train_cfg=dict(by_epoch=False, max_iters=iterations),
            optim_wrapper=optim_wrapper
            or dict(optimizer=dict(type='SGD', lr=0.01), clip_grad=dict(max_norm=0.5)),
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=10**6)),
            default_scope='mmseg',
            custom_hooks=list(hooks),
            randomness=dict(seed=0),
            visualizer=dict(
                type='SegLocalVisualizer',
                vis_backends=[dict(type='LocalVisBackend')],
                name=f'diagnostics_{next(RUNS)}',
            ),
            experiment_name=f'diagnostics_{next(RUNS)}',
        )
        runner.train()
        lines = []
        for file in work_dir.rglob('scalars.json'):
            lines += [json.loads(line) for line in file.read_text().splitlines()]
        scalars = [line for line in lines if any(k.startswith('diagnostics/') for k in line)]
        return runner, model.state_dict(), scalars

    return train


def test_training_is_the_same_with_and_without(train):
    _, plain, _ = train()
    _, watched, scalars = train(DiagnosticsHook(interval=1))
    assert len(scalars) == 4
    for name, value in plain.items():
        assert torch.equal(value, watched[name]), name


def test_numbers_of_every_part_reach_the_scalars(train):
    _, _, (scalars,) = train(DiagnosticsHook(interval=3))
    assert scalars['step'] == 3
    head = 'diagnostics/decode_head'
    for name in (
        f'{head}.context.spatial_attention/largest_weight',
        f'{head}.context.spatial_attention/logit_spread',
        f'{head}.context.spatial_attention/entropy',
        f'{head}.context.channel_attention/factor_mean',
        f'{head}.context.channel_attention/factor_std',
        f'{head}.context.channel_attention/factor_saturated',
        f'{head}.aligners.0/offset_mean',
        f'{head}.aligners.2/offset_p95',
        f'{head}.aligners.2/offset_max',
        f'{head}.aligners.1.mask/neighbor_entropy',
        f'{head}.contrast/anchors',
        f'{head}.contrast/hard_share',
        f'{head}.contrast/positives',
        *(
            f'diagnostics/gradient_norm/{part}'
            for part in ('backbone', 'context', 'aligners', 'fusion', 'classifier', 'contrast')
        ),
    ):
        assert isinstance(scalars[name], float), name


def test_the_log_names_what_is_there_and_what_is_absent(train, log):
    train(
        DiagnosticsHook(interval=2),
        iterations=2,
        context=dict(type='LastStage'),
        aligner=dict(type='Bilinear'),
        contrast=None,
    )
    lines = log(logging.INFO).splitlines()
    assert [line for line in lines if 'Diagnostics at' in line] == ['Diagnostics at iteration 2']
    assert (
        'absent: attentions, channel_factors, offsets, neighbor_weights, anchors, gradient_norm of '
        'aligners, gradient_norm of contrast'
    ) in lines


def test_norms_are_those_that_the_optimizer_sees(train):
    """Clipped to 0.5 over all parts."""
    _, _, scalars = train(DiagnosticsHook(interval=1))
    for line in scalars:
        norms = [v for k, v in line.items() if k.startswith('diagnostics/gradient_norm/')]
        assert sum(norm**2 for norm in norms) ** 0.5 == pytest.approx(0.5, rel=1e-3)


def test_accumulated_gradients_are_measured_when_the_optimizer_steps(train):
    wrapper = dict(optimizer=dict(type='SGD', lr=0.01), accumulative_counts=4)
    _, _, scalars = train(DiagnosticsHook(interval=3), iterations=8, optim_wrapper=wrapper)
    assert [line['step'] for line in scalars] == [4, 8]


def test_between_its_times_nothing_runs(train, monkeypatch):
    monkeypatch.setattr(diagnostics, 'probe_batch', lambda *_: 1 / 0)
    runner, _, scalars = train(DiagnosticsHook(interval=100))
    assert not scalars
    assert not runner.optim_wrapper.optimizer._optimizer_step_pre_hooks


def test_nothing_is_left_after_a_run(train):
    runner, _, _ = train(DiagnosticsHook(interval=1))
    assert not runner.optim_wrapper.optimizer._optimizer_step_pre_hooks
    for module in runner.model.modules():
        assert not module._forward_hooks
        assert module.training


def test_the_precision_is_that_of_the_training(train):
    dtypes = []

    class Autocast(OptimWrapper):
        def optim_context(self, model):
            return torch.autocast('cpu', torch.bfloat16)

    class Watch(nn.Identity):
        def forward(self, x):
            dtypes.append(x.dtype)
            return x

    model = build_network()
    model.decode_head.smoothing[0] = Watch()
    wrapper = Autocast(torch.optim.SGD(model.parameters(), lr=0.01))
    train(DiagnosticsHook(interval=1), iterations=1, model=model, optim_wrapper=wrapper)
    assert dtypes == [torch.bfloat16] * 2


def test_a_compiled_head_is_measured_and_stays_compiled(train):
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    def run(*hooks):
        torch.compiler.reset()
        graphs.clear()
        torch.manual_seed(0)
        model = build_network(contrast=None)
        model.backbone.forward = torch.compile(model.backbone.forward, backend=backend)
        model.decode_head.context.compile(backend=backend)
        _, weights, scalars = train(*hooks, model=model, iterations=3)
        return weights, scalars, len(graphs)

    plain, _, compiled = run()
    watched, scalars, with_hook = run(DiagnosticsHook(interval=1))
    assert with_hook == compiled > 0
    assert 'diagnostics/decode_head.context.spatial_attention/entropy' in scalars[0]
    assert all(torch.equal(value, watched[name]) for name, value in plain.items())


@pytest.fixture
def one_process_group(tmp_path):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{tmp_path}/rendezvous', rank=0, world_size=1
    )
    yield
    torch.distributed.destroy_process_group()


def test_a_wrapper_of_distributed_training_is_looked_through(one_process_group, train):
    torch.manual_seed(0)
    network = build_network(contrast=None)
    model = MMDistributedDataParallel(network, broadcast_buffers=False)
    _, _, (scalars,) = train(DiagnosticsHook(interval=2), model=model, iterations=2)
    assert 'diagnostics/decode_head.aligners.0/offset_mean' in scalars
    assert scalars['diagnostics/gradient_norm/backbone'] > 0


def test_an_interval_below_one_is_refused():
    with pytest.raises(ValueError, match='interval must be at least 1, got 0'):
        DiagnosticsHook(interval=0)
