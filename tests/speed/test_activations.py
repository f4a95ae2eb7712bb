import torch
from torch import nn

from mmseg_scr.speed.activations import kept_bytes


def test_kept_of_a_small_network_by_hand():
    model = nn.Sequential(nn.Linear(8, 16), nn.Sigmoid(), nn.Linear(16, 4))
    images = torch.zeros(10, 8)
    # The first layer keeps its input, the sigmoid its output, which the last layer keeps too; the
    # square keeps the output of the last layer. Weights are left out.
    expected = 4 * (10 * 8 + 10 * 16 + 10 * 4)
    assert kept_bytes(lambda: model(images).square().sum(), model) == expected


def test_views_of_one_storage_count_once_and_in_full():
    model = nn.Identity()
    x = torch.zeros(100, requires_grad=True)
    base = x * 1.0
    assert kept_bytes(lambda: (base[:10] * base[50:60]).sum(), model) == 400


def test_buffers_are_left_out():
    model = nn.BatchNorm1d(6).eval()
    images = torch.zeros(5, 6)
    assert kept_bytes(lambda: model(images).sum(), model) == 4 * 5 * 6
