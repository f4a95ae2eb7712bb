import torch

from mmseg_scr.speed.waits import count_waits

VALUES = torch.tensor([3.0, 1.0, 2.0])
MASK = VALUES > 1.5


def waits(run):
    return dict(count_waits(run))


def test_operators_whose_result_the_host_needs_are_counted():
    def run():
        VALUES.sum().item()
        bool(MASK.any())
        MASK.nonzero()
        VALUES.masked_select(MASK)
        VALUES.unique()
        VALUES.repeat_interleave(torch.tensor([1, 2, 1]))
        VALUES[MASK]

    assert waits(run) == {
        '_local_scalar_dense': 2,
        'nonzero': 1,
        'masked_select': 1,
        '_unique2': 1,
        'repeat_interleave': 1,
        'index': 1,
    }


def test_rows_written_by_a_mask_wait_and_one_value_for_all_does_not():
    def rows():
        VALUES.clone()[MASK] = torch.tensor([1.0, 2.0])

    def one_value():
        VALUES.clone()[MASK] = 0.0

    assert sum(waits(rows).values()) == 1
    assert waits(one_value) == {}


def test_shapes_that_do_not_depend_on_data_do_not_wait():
    def run():
        VALUES[torch.tensor([0, 2])].argsort()
        torch.where(MASK, VALUES, 0).cumsum(0)
        VALUES.repeat_interleave(2)

    assert waits(run) == {}
