import copy
import pickle

import pytest
import torch
from builders.segmentors import plain_segmentor
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mmseg_scr.acceleration.part import Part, install_parts
from mmseg_scr.acceleration.programs import Programs

CPU = torch.device('cpu')
X = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def conv():
    return nn.Conv2d(3, 4, 3).eval()


@pytest.fixture
def part(conv):
    made = Part(conv, 'backbone', device=CPU)
    made.use(Programs(made.forward, 'backbone', backend='eager', tolerance=1e-4))
    return made


def count(part):
    return part.programs.count


def test_whoever_calls_the_module_gets_the_program(conv, part):
    expected = part.forward(X)
    torch.testing.assert_close(conv(X), expected)
    torch.testing.assert_close(conv.forward(X), expected)
    assert (part.calls, count(part)) == (2, 1)


def test_the_module_gets_its_own_forward_back(conv, part):
    part.remove()
    conv(X)
    assert part.calls == 0


@pytest.mark.parametrize('change', [lambda m: m.weight.mul_(2), lambda m: m.double()])
def test_changed_weights_raise(conv, part, change):
    conv(X)
    with torch.no_grad():
        change(conv)
    with pytest.raises(RuntimeError, match=r'weights of backbone changed after optimize\(\)'):
        conv(X)


def test_training_mode_raises(conv, part):
    conv.train()
    with pytest.raises(RuntimeError, match='changed'):
        conv(X)


def test_copies_and_pickles_are_refused(conv, part):
    with pytest.raises(TypeError, match='cannot be copied'):
        copy.deepcopy(conv)
    with pytest.raises(TypeError, match='cannot be pickled'):
        pickle.dumps(conv)


def test_programs_are_made_without_gradients_so_that_weights_are_constants(conv, part):
    modes = []
    own = part.programs._backend
    part.programs._backend = lambda *args: modes.append(torch.is_grad_enabled()) or own(*args)
    with torch.enable_grad():
        conv(X)
    assert modes == [False]


def test_results_need_no_gradient(conv, part):
    assert not conv(X).requires_grad


def test_inference_mode_needs_no_further_program(conv, part):
    expected = conv(X)
    with torch.inference_mode():
        assert torch.equal(conv(X.clone()), expected)
        assert torch.equal(conv(X), expected)
    assert count(part) == 1


def test_an_outer_autocast_runs_eagerly_in_its_precision(conv, part):
    with torch.autocast('cpu', torch.bfloat16):
        assert conv(X).dtype == torch.bfloat16
    assert count(part) == 0


def test_counters_of_operators_see_the_eager_ones(conv, part):
    with FlopCounterMode(display=False) as counter:
        conv(X)
    assert counter.get_total_flops() == 2 * 4 * 3 * 9 * 36
    assert count(part) == 0


def test_an_export_of_the_whole_sees_through_it(conv, part):
    network = nn.Sequential(conv, nn.ReLU())
    exported = torch.export.export(network, (X,)).module()
    torch.testing.assert_close(exported(X), network(X))


@pytest.mark.parametrize('to_float', [True, False])
def test_half_precision_is_inside_and_float_comes_out_where_it_is_wanted(conv, to_float):
    part = Part(conv, 'decode_head', device=CPU)
    full = conv(X)
    part.use(None, torch.bfloat16, to_float=to_float)
    result = conv(X)
    assert result.dtype == (torch.float32 if to_float else torch.bfloat16)
    assert not torch.equal(result.float(), full)
    torch.testing.assert_close(result.float(), full, rtol=0.05, atol=0.05)


def test_what_it_is_given_first_is_told(conv, part):
    def run():
        conv(X)
        conv(X + 1)

    (given,), options = part.first_inputs(run)
    assert given is X
    assert options == {}
    assert count(part) == 0
    conv(X)
    assert count(part) == 1


def test_the_parts_of_a_segmentor_are_what_prediction_calls():
    model = plain_segmentor()
    assert [part.name for part in install_parts(model, CPU)] == ['backbone', 'decode_head']
