import pytest
import torch
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_decoders import CLASSES, build_ours, build_stock, build_twins

from mmseg_scr import contexts


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('image_size', [(64, 96), (65, 97), (90, 120)])
@pytest.mark.filterwarnings('ignore:When align_corners=True')
def test_plain_head_is_that_of_mmseg(align_corners, training, image_size):
    ours, stock = build_twins('UPerHead', align_corners=align_corners)
    maps = stage_maps(2, image_size)
    torch.testing.assert_close(ours.train(training)(maps), stock.train(training)(maps))
    for name, value in stock.state_dict().items():  # training moves the running statistics
        torch.testing.assert_close(ours.state_dict()[name], value)


def test_weights_without_normalisation_are_those_of_mmseg():
    ours, stock = build_twins('UPerHead', norm_cfg=None)
    maps = stage_maps(1, (65, 97))
    torch.testing.assert_close(ours(maps), stock(maps))


def test_context_replaces_pyramid_pooling_and_its_weights():
    names = set(build_ours('UPerHead', context=dict(type='CRM')).state_dict())
    stock = set(build_stock('UPerHead').state_dict())
    pooling = {name for name in stock if name.startswith(('psp_modules.', 'bottleneck.'))}
    assert pooling
    assert stock - names == pooling
    assert {name.split('.')[0] for name in names - stock} == {'context', 'aligners'}


def test_top_of_the_pyramid_is_the_context_of_all_maps(monkeypatch):
    head, maps, given = build_ours('UPerHead', context=dict(type='CRM')).eval(), stage_maps(1), []
    before = head(maps)
    context = head.context.forward
    monkeypatch.setattr(head.context, 'forward', lambda x: given.extend(x) or 2 * context(x))
    assert not torch.allclose(head(maps), before)
    assert all(torch.equal(a, b) for a, b in zip(given, maps, strict=True))


@pytest.mark.parametrize('context', contexts.__all__)
class TestEveryContext:
    @pytest.fixture
    def head(self, context):
        return build_ours('UPerHead', context=dict(type=context))

    @pytest.mark.parametrize('image_size', [(65, 97), (32, 32)])
    def test_single_images_of_odd_sizes(self, head, image_size):
        maps = stage_maps(1, image_size)
        assert head.eval()(maps).shape == (1, CLASSES, *maps[0].shape[2:])

    def test_a_single_image_trains(self, head):
        terms = head.loss(stage_maps(1), data_samples(block_labels(1, (64, 96), CLASSES)), None)
        terms['loss_ce'].backward()
        assert all(p.grad.isfinite().all() for p in head.parameters())

    def test_bfloat16_is_close_to_float32(self, head, device):
        maps = stage_maps(1)
        exact = head.eval()(maps)
        with torch.autocast(device.type, torch.bfloat16):
            mixed = head(maps)
        assert (mixed.float() - exact).abs().mean() < 0.05 * exact.std() + 1e-3

    def test_state_dict_restores_the_logits(self, head, context):
        maps = stage_maps(2)
        head.train()(maps)
        twin = build_ours('UPerHead', context=dict(type=context))
        twin.load_state_dict(head.state_dict())
        assert torch.equal(twin.eval()(maps), head.eval()(maps))

    def test_every_parameter_learns_within_three_steps(self, context):
        widths = [48, 48, 64, 64]
        options = dict(in_channels=widths, channels=32, context=dict(type=context))
        head = build_ours('UPerHead', **options)
        optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
        labels = block_labels(4, (128, 128), CLASSES)
        for _ in range(3):
            optimizer.zero_grad()
            head.loss(stage_maps(4, (128, 128), widths), data_samples(labels), None)[
                'loss_ce'
            ].backward()
            assert [name for name, p in head.named_parameters() if p.grad is None] == []
            optimizer.step()
        assert [name for name, p in head.named_parameters() if not p.grad.any()] == []


def test_chosen_maps_of_the_backbone_may_be_two():
    head = build_ours('UPerHead', in_channels=WIDTHS[2:], in_index=[2, 3]).eval()
    maps = stage_maps(1)
    assert head(maps).shape == (1, CLASSES, *maps[2].shape[2:])


def test_context_that_is_unknown_is_refused_with_the_choices():
    with pytest.raises(KeyError, match=r"context has the unknown type 'Nonsense'.*CRM"):
        build_ours('UPerHead', context=dict(type='Nonsense'))
