import torch

from mmseg_scr.probes import Inside


def test_what_nothing_was_shown_of_is_absent():
    inside = Inside(offsets={'aligners.0': torch.zeros(1, 2, 3, 4)})
    absent = inside.absent()
    assert 'offsets' not in absent
    assert {'attentions', 'channel_factors', 'own_offsets', 'anchors'} <= {*absent}
    assert len(absent) == len(Inside().absent()) - 1
