import torch

from mmseg_scr.speed.memory import peak_bytes

KIB = 256  # floats


def test_peak_is_the_most_that_is_held_at_a_time():
    def run():
        a = torch.empty(4 * KIB)
        del a
        b = torch.empty(3 * KIB)
        c = torch.empty(2 * KIB)
        del b
        return c, torch.empty(1 * KIB)

    assert peak_bytes(run) == 5 * 1024


def test_weights_and_inputs_do_not_count():
    layer = torch.nn.Linear(64, 16, bias=False)
    images = torch.zeros(32, 64)
    with torch.no_grad():
        assert peak_bytes(lambda: layer(images)) == 32 * 16 * 4


def test_what_a_first_run_allocates_for_good_does_not_count():
    kept = {}

    def run():
        if not kept:
            kept['x'] = torch.empty(100 * KIB)
        return torch.empty(KIB)

    assert peak_bytes(run) == 1024
