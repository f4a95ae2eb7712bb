import pytest
import torch
from builders.fill import fill_parameters
from mmseg.models.backbones.mit import MixFFN
from mmseg.models.backbones.mscan import Mlp
from torch import nn

from mmseg_scr.acceleration import split
from mmseg_scr.acceleration.split import SplitFeedForward, number_of_groups, split_feed_forwards


@pytest.fixture(autouse=True)
def _small_maps_are_large(monkeypatch):
    monkeypatch.setattr(split, 'SMALLEST', 16 * 5 * 7)
    monkeypatch.setattr(split, 'NARROWEST', 8)


@pytest.mark.parametrize(
    ('channels', 'pixels', 'groups'),
    [
        (512, 128 * 256, 8),  # of MSCAN at 512x1024: 64 channels each
        (1024, 64 * 128, 8),
        (1280, 32 * 64, 2),
        (2048, 16 * 32, 1),
        (96, 10**6, 1),  # two of 48 would be narrow
        (2 * 65, 10**6, 2),
        (64 * 65, 10**7, 64),
    ],
)
def test_groups_are_as_large_as_a_cache_and_not_narrow(channels, pixels, groups, monkeypatch):
    monkeypatch.undo()
    assert number_of_groups(channels, pixels) == groups


class Transformer(nn.Module):
    """MixFFN, which takes its map as a sequence, as a network of maps."""

    def __init__(self):
        super().__init__()
        self.ffn = MixFFN(4, 32)

    def forward(self, x):
        tokens = self.ffn(x.flatten(2).transpose(1, 2), x.shape[2:])
        return tokens.transpose(1, 2).unflatten(2, x.shape[2:])


NETWORKS = dict(
    one=nn.Sequential(Mlp(4, 32, drop=0.5), nn.ReLU()),
    two=nn.Sequential(Mlp(4, 32, act_cfg=dict(type='ReLU')), Mlp(4, 48, 6)),
    transformer=Transformer(),
)


def split_of(network, x, size=None):
    """How many blocks were split, and what the network says then."""
    given = x if size is None else x.new_zeros(x.shape[:2] + size)
    with torch.no_grad():
        count = split_feed_forwards(network, lambda: network(given))
        return count, network(x)


@pytest.mark.parametrize('name', NETWORKS)
def test_a_split_block_is_exact(name):
    network = fill_parameters(NETWORKS[name]).double().eval()
    x = torch.randn(2, 4, 5, 7, dtype=torch.float64)
    with torch.no_grad():
        expected = network(x)
    count, actual = split_of(network, x)
    assert count == sum(isinstance(m, SplitFeedForward) for m in network.modules()) > 0
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-10)


def parts(network):
    return [len(m.parts) for m in network.modules() if isinstance(m, SplitFeedForward)]


def test_the_largest_map_of_a_pass_says_how_many_parts_there_are():
    network = nn.Sequential(Mlp(4, 32)).eval()
    assert split_of(network, torch.zeros(1, 4, 5, 7), size=(10, 7))[0] == 1
    assert parts(network) == [4]


def test_small_hidden_maps_stay_whole():
    network = nn.Sequential(Mlp(4, 32)).eval()
    assert split_of(network, torch.zeros(1, 4, 2, 3))[0] == 0
    assert parts(network) == []


def test_a_block_that_is_not_reached_stays_whole():
    network = nn.ModuleList([Mlp(4, 32)]).eval()
    assert split_feed_forwards(network, lambda: None) == 0


class Gate(nn.Module):
    def forward(self, x):
        return x * x.mean(dim=1, keepdim=True)


def changed(change):
    network = nn.Sequential(Mlp(4, 32)).eval()
    change(network[0])
    return network


@pytest.mark.parametrize(
    'change',
    [
        lambda mlp: mlp.train(),
        lambda mlp: setattr(mlp, 'act', Gate()),
        lambda mlp: setattr(mlp, 'act', nn.PReLU(32)),
        lambda mlp: setattr(mlp, 'dwconv', nn.Conv2d(32, 32, 3, padding=1, groups=16)),
        lambda mlp: setattr(mlp, 'fc2', nn.Conv2d(32, 4, 1, groups=2)),
        lambda mlp: mlp.fc1.register_forward_hook(lambda *_: None),
    ],
    ids=['training', 'mixing activation', 'learnt activation', 'grouped', 'grouped end', 'watched'],
)
def test_blocks_that_mix_their_hidden_channels_or_are_watched_stay(change):
    network = changed(change)
    assert split_of(network, torch.zeros(1, 4, 5, 7))[0] == 0


def test_nothing_watches_the_network_afterwards():
    network = nn.Sequential(Mlp(4, 32)).eval()
    with pytest.raises(ZeroDivisionError):
        split_feed_forwards(network, lambda: 1 / 0)
    assert not network[0].fc1._forward_pre_hooks
