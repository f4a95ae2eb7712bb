from torch import nn

from mmseg_scr.probes.image_channels import image_channels


def test_channels_are_those_of_the_first_convolution():
    network = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Conv2d(6, 4, 3)), nn.Conv2d(4, 2, 1))
    assert image_channels(network) == 6
    assert image_channels(nn.Linear(3, 2)) is None
