import numpy as np
import pytest
import torch
from builders.networks import build_network
from builders.thin import thin_config
from mmengine.registry import init_default_scope

from mmseg_scr.runs.contributions import format_contributions, measure_contributions
from mmseg_scr.runs.sample import predict, read_sample, score


def quiet(*_):
    return None


@pytest.fixture
def trained():
    """Three scenes and a network for them."""
    init_default_scope('mmseg')
    config = thin_config()
    model = build_network(config)
    for aligner in model.decode_head.aligners:  # which start at zero
        torch.nn.init.normal_(aligner.offset.weight, std=0.5)
    return model, read_sample(config.test_dataloader.dataset)


def test_each_part_is_left_out_alone(trained):
    model, sample = trained
    whole = predict(model, sample, progress=quiet, title='')
    found = measure_contributions(model, sample, progress=quiet)
    assert [each.name for each in found] == [
        'nothing',
        'aligners',
        'offsets',
        'neighbors',
        'channel-attention',
        'adaptive-channels',
        'spatial-attention',
        'feed-forward',
    ]
    assert found[0].scores == score(sample, whole)
    assert found[0].changed == 0
    for aligner in model.decode_head.aligners:
        torch.nn.init.zeros_(aligner.offset.weight)
    maps = predict(model, sample, progress=quiet, title='')
    for each in found[1:3]:  # both are bilinear upsampling
        assert each.scores == score(sample, maps)
        assert each.changed == pytest.approx(np.mean(np.stack(maps) != np.stack(whole)))
        assert each.changed > 0


def test_table_has_differences_to_the_whole_model(trained):
    found = measure_contributions(*trained, progress=quiet)
    lines = format_contributions(found).splitlines()
    assert len(lines) == 2 + len(found)
    assert f'| nothing | | | {found[0].scores["mIoU"]:.2f} |' in lines[2]
    spatial = found[6].scores['mIoU']
    cells = [cell.strip() for cell in lines[8].split('|')]
    assert cells[1:3] == ['spatial attention', 'zero']
    assert cells[4] == f'{spatial:.2f} ({spatial - found[0].scores["mIoU"]:+.2f})'
