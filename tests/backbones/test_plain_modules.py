import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmseg_scr.backbones.plain_modules import Residual, SameConv2d, plain_network


@pytest.mark.parametrize('size', [(8, 12), (7, 13), (8, 13), (1, 2)])
@pytest.mark.parametrize('window', [3, 5])
def test_padding_is_that_of_tensorflow(size, window):
    """As much in total as the last window needs, the odd zero at the end."""
    conv = SameConv2d(2, 3, window, stride=2).double()
    x = torch.randn(1, 2, *size, dtype=torch.float64)
    padding = []
    for side in reversed(size):
        total = max((-(-side // 2) - 1) * 2 + window - side, 0)
        padding += [total // 2, total - total // 2]
    expected = F.conv2d(F.pad(x, padding), conv.weight, conv.bias, stride=2)
    assert expected.shape[2:] == (-(-size[0] // 2), -(-size[1] // 2))
    torch.testing.assert_close(conv(x), expected)


def test_residual_adds_what_its_modules_make():
    x = torch.randn(1, 2, 3, 4)
    torch.testing.assert_close(Residual(nn.ReLU(), nn.ReLU())(x), x + x.clamp(min=0))


def test_parts_of_a_network_give_the_maps_of_timm():
    timm = pytest.importorskip('timm', reason='the network is built by timm')
    torch.manual_seed(0)
    theirs = timm.create_model('tf_efficientnet_lite0', features_only=True).eval()
    stem, groups = plain_network('tf_efficientnet_lite0', drop_path_rate=0.0)
    ours = nn.Sequential(*stem, groups).eval()
    weights = list(theirs.state_dict().values())
    ours.load_state_dict(dict(zip(ours.state_dict(), weights, strict=True)))
    x = torch.randn(1, 3, 65, 96)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x)[-1], atol=1e-4, rtol=1e-4)
    assert not any(
        'timm' in type(m).__module__ and hasattr(m, 'running_mean') for m in ours.modules()
    )


def test_missing_timm_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'timm', None)
    with pytest.raises(ImportError, match=r'built by timm, .+pip install timm'):
        plain_network('tf_efficientnet_lite0', drop_path_rate=0.0)
