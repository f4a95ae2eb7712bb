from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmseg_scr.benchmarks import (
    Comparison,
    ContrastTerm,
    Subject,
    format_outcome,
    measure,
    measuring,
)
from mmseg_scr.speed.turns import Limit

ROOT = Path(__file__).parents[2]
CONFIG = next((ROOT / 'configs' / 'demo').glob('scr_mscan-nano*-200_*.py'))
BILINEAR = {'model.decode_head.aligner.type': 'Bilinear'}
COMPARISON = Comparison('x', (Subject('plain', CONFIG, BILINEAR), Subject('SRM', CONFIG)), (64, 96))
ONCE = Limit(rounds=1, least=1)


@pytest.fixture(scope='module')
def inference():
    return measure(COMPARISON, limit=ONCE)


def test_ratios_are_to_the_first(inference):
    plain, srm = inference.rows
    assert plain.quantities['time'].ratio.median == 1
    assert srm.quantities['time'].value > 0
    ratio = srm.quantities['time'].value / plain.quantities['time'].value
    assert srm.quantities['time'].ratio.median == pytest.approx(ratio)
    assert srm.rounds == 1


def test_decoder_and_backbone_are_the_whole(inference):
    for row in inference.rows:
        whole, *parts = (
            row.quantities[name].value
            for name in ('time', 'time of the decoder', 'time of the backbone')
        )
        assert sum(parts) == pytest.approx(whole)


def test_parts_of_eager_models_are_told_and_waits_counted(inference):
    plain, srm = inference.rows
    assert {'backbone', 'context', 'aligner to stride 4', 'classifier'} <= set(srm.parts)
    assert plain.waits == srm.waits == {}
    assert 'kept for backward' not in srm.quantities


def test_training_tells_what_is_kept_and_the_peak_is_above_it():
    outcome = measure(replace(COMPARISON, training=True, batch=2), limit=ONCE)
    for row in outcome.rows:
        assert row.quantities['kept for backward'].value > 0
        assert row.quantities['kept for backward'].value < row.quantities['peak memory'].value
        assert row.parts == {}


def test_decoder_alone_can_be_asked_for_and_then_nothing_is_timed(monkeypatch):
    monkeypatch.setattr(measuring, 'take_turns', None)
    asked = replace(COMPARISON, quantities=('peak memory of the decoder',))
    plain, srm = measure(asked).rows
    (name,) = srm.quantities
    assert name == 'peak memory of the decoder'
    assert srm.quantities[name].ratio.median == (
        srm.quantities[name].value / plain.quantities[name].value
    )


def test_subject_that_fails_has_a_reason_and_others_their_numbers():
    broken = Subject('broken', CONFIG, {'model.decode_head.aligner.type': 'Nothing'})
    outcome = measure(replace(COMPARISON, subjects=(broken, COMPARISON.subjects[1])), limit=ONCE)
    assert outcome.rows[0].note.startswith('not measured: ')
    assert outcome.rows[0].quantities == {}
    assert outcome.rows[1].quantities['time'].value > 0
    assert outcome.rows[1].quantities['time'].ratio is None  # there is nothing to compare with


def test_threads_are_those_that_were_asked_for_and_put_back(monkeypatch):
    seen = []
    comparison = Comparison('x', (ContrastTerm('a'),), (64, 64), training=True, threads=2)

    def make(*_):
        seen.append(torch.get_num_threads())
        raise RuntimeError

    monkeypatch.setattr(measuring.contrast, 'make_contestant', make)
    outcome = measure(comparison)
    assert (seen, torch.get_num_threads()) == ([2], 1)
    assert outcome.clock == 'wall clock, 2 threads'
    assert outcome.rows[0].note == 'not measured: RuntimeError'


@pytest.mark.parametrize('keep', [False, True])
def test_freed_memory_is_kept_while_models_run_if_that_was_asked_for(monkeypatch, keep):
    seen = []
    comparison = Comparison('x', (ContrastTerm('a'),), (64, 64), training=True, keep_memory=keep)

    def make(*_):
        seen.append('run')
        raise RuntimeError

    monkeypatch.setattr(measuring.contrast, 'make_contestant', make)
    for name in ('keep_memory', 'return_memory'):
        monkeypatch.setattr(measuring.heap, name, lambda name=name: seen.append(name))
    outcome = measure(comparison)
    assert seen == (['keep_memory', 'run', 'return_memory'] if keep else ['run'])
    assert ('freed memory kept' in format_outcome(outcome)) == keep
