from types import SimpleNamespace

from torch.utils.data import ConcatDataset, Dataset, Subset

from mmseg_scr.hooks.dataset_tree import leaves, steps


class Images(Dataset):
    def __len__(self):
        return 4


def test_wrappers_are_opened_down_to_what_they_read():
    first, second, third = Images(), Images(), Images()
    tree = ConcatDataset([Subset(first, [0, 1]), ConcatDataset([second, Subset(third, [2])])])
    assert list(leaves(tree)) == [first, second, third]
    assert list(leaves(first)) == [first]


def test_a_dataset_that_names_its_source_is_a_leaf():
    named = Images()
    named.dataset = 'camvid'
    assert list(leaves(named)) == [named]


def test_steps_inside_of_others_come_right_after_these():
    flip, resize, load = (SimpleNamespace(name=name) for name in ('flip', 'resize', 'load'))
    branch = SimpleNamespace(transforms=[resize])
    augment = SimpleNamespace(subroutines=[branch, flip])
    one = SimpleNamespace(transforms=load)  # a wrapper of a single step
    assert list(steps(SimpleNamespace(transforms=[augment, one]))) == [
        *(augment, branch, resize, flip),
        *(one, load),
    ]


def test_a_function_has_no_steps():
    assert list(steps(abs)) == []
