import torch

from mmseg_scr.layers import GatedAttention


def test_is_the_identity_at_the_start_and_adds_gamma_times_the_attended_values_then():
    layer = GatedAttention(16, lambda q, k, v: v * q.sum(dim=1, keepdim=True))
    x = torch.randn(2, 16, 3, 4)
    assert torch.equal(layer(x), x)
    torch.nn.init.constant_(layer.gamma.scale, 0.5)
    expected = x + 0.5 * layer.value(x) * layer.query(x).sum(dim=1, keepdim=True)
    torch.testing.assert_close(layer(x), expected)


def test_queries_and_keys_have_an_eighth_of_the_width_and_at_least_one_channel():
    widths = [GatedAttention(c, None).key.out_channels for c in (128, 16, 6)]
    assert widths == [16, 2, 1]
