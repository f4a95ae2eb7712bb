import gc
import weakref

import pytest
import torch
from torch import nn
from torch._dynamo.backends.registry import register_backend

from mmseg_scr.acceleration.programs import Programs, one_line

SIZES = [(8, 8), (8, 12), (9, 8), (16, 16), (5, 7), (20, 11), (12, 8), (31, 8), (10, 10), (6, 40)]


@register_backend
def off_by_one(graph, inputs):
    return lambda *args: tuple(out + 1 for out in graph(*args))


@register_backend
def off_where_sizes_are_free(graph, inputs):
    is_free = any(isinstance(value, torch.SymInt) for value in inputs)
    return off_by_one(graph, inputs) if is_free else graph


@register_backend
def broken(graph, inputs):
    raise NotImplementedError('no code for this\nsecond line')


@register_backend
def refuses_rates(graph, inputs):
    if any(isinstance(value, torch.Tensor) and value.ndim == 0 for value in inputs):
        raise NotImplementedError('a number of the network is an input')
    return graph


@pytest.fixture
def network():
    return nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Upsample(scale_factor=2)).eval()


def programs(forward, backend='eager'):
    made = Programs(forward, 'part', backend=backend, tolerance=1e-4)
    made.lines = []
    made.tell = made.lines.append
    return made


@torch.no_grad()
def run(made, network, sizes=SIZES, batch=1):
    for size in sizes:
        x = torch.randn(batch, 3, *size)
        torch.testing.assert_close(made(x), network(x))


@pytest.mark.parametrize('batch', [1, 2])
def test_two_programs_serve_ten_sizes(network, batch):
    made = programs(network.forward)
    run(made, network, batch=batch)
    assert (made.count, made.failure) == (2, None)


def test_the_first_size_alone_needs_one(network):
    made = programs(network.forward)
    run(made, network, SIZES[:1] * 3)
    assert made.count == 1


class Convolution(nn.Conv2d):
    def forward(self, x):
        return super().forward(x)


def test_any_number_of_models_of_a_class_have_their_programs():
    alive = []
    for _ in range(10):  # torch keeps eight of a code object
        model = Convolution(3, 2, 1).eval()
        alive.append(programs(model.forward))
        run(alive[-1], model)
    assert {(made.count, made.failure) for made in alive} == {(2, None)}


def test_weights_are_freed_with_the_programs_that_hold_them():
    weights = []
    for _ in range(2):  # torch may keep what it compiled last
        model = Convolution(3, 2, 1).eval()
        made = programs(model.forward)
        run(made, model)
        weights.append(weakref.ref(model.weight))
        del made, model
        gc.collect()
    assert weights[0]() is None


@pytest.mark.parametrize('backend', ['off_by_one', 'off_where_sizes_are_free'])
def test_wrong_code_is_found_before_its_result_is_used(network, backend):
    made = programs(network.forward, backend)
    run(made, network)
    (line,) = made.lines
    assert line.startswith('part runs eagerly at sizes new to it: ArithmeticError: compiled code')


def test_numbers_of_a_network_are_constants_of_both_programs():
    class Scaled(nn.Module):
        rate = 0.3

        def forward(self, x):
            return x * self.rate

    made = programs(Scaled().forward, 'refuses_rates')
    run(made, Scaled())
    assert (made.count, made.failure) == (2, None)


def test_what_does_not_compile_runs_eagerly_and_says_why_once(network):
    made = programs(network.forward, 'broken')
    run(made, network)
    assert made.count == 0
    assert made.lines == [
        'part runs eagerly at sizes new to it: NotImplementedError: no code for this'
    ]


def test_a_part_that_wants_a_program_for_every_size_gets_two():
    def forward(x):
        return x * float(list(range(100))[x.shape[2]])  # the height is a constant of the code

    made = programs(forward)
    for height in range(3, 9):
        x = torch.ones(1, 1, height, 4)
        assert torch.equal(made(x), x * height)
    assert made.count == 2
    assert '2 compiled programs do not cover its sizes' in made.lines[0]


def test_sizes_that_were_compiled_stay_compiled_when_others_fail(network):
    made = programs(network.forward, 'off_where_sizes_are_free')
    run(made, network)
    compiled = made._first
    calls = []
    made._forms = {form: lambda x: calls.append(1) or compiled(x) for form in made._forms}
    run(made, network)
    assert len(calls) == 1


def test_an_error_of_the_part_itself_is_raised_and_is_no_failure_of_the_compiler(network):
    made = programs(network.forward)
    with pytest.raises(RuntimeError, match='expected input'):
        made(torch.zeros(1, 5, 8, 8))
    assert made.failure is None


def test_random_numbers_are_those_of_eager_mode_also_in_the_call_that_is_compared():
    def forward(x):
        return x + torch.rand(x.shape[-1])

    made = programs(forward)
    for _ in range(2):
        torch.manual_seed(3)
        actual, after = made(torch.zeros(2, 5)), torch.rand(1)
        torch.manual_seed(3)
        assert torch.equal(actual, forward(torch.zeros(2, 5)))
        assert torch.equal(after, torch.rand(1))


def test_a_part_that_writes_to_its_input_is_compared_with_what_it_was_given():
    def forward(x):
        return x.mul_(2) + 1

    made = programs(forward)
    assert torch.equal(made(torch.ones(3, 3)), torch.full((3, 3), 3.0))
    assert made.failure is None


def test_the_reason_is_the_first_cause_in_one_line():
    cause = KeyError('inner\nmore')
    error = RuntimeError('outer')
    error.__cause__ = cause
    assert one_line(error) == "KeyError: 'inner\\nmore'"
    assert one_line(ValueError()) == 'ValueError'
