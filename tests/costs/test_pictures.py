import pytest

from mmseg_scr.costs import pictures
from mmseg_scr.costs.configs import ConfigCost
from mmseg_scr.costs.count import Cost, ModelCost
from mmseg_scr.costs.literature import LITERATURE
from mmseg_scr.costs.pictures import draw_costs
from mmseg_scr.costs.published import ADE20K, CITYSCAPES, MULTI_SCALE, TEST, PublishedRow


def model(config, shape, gigas=10, **published):
    macs = int(gigas * 1e9)
    parts = {'backbone': Cost(1, macs - 10**9, 0, macs), 'fusion': Cost(1, 10**9, 10**9, 10**9)}
    row = PublishedRow(config, shape, None, None, source='', **published) if published else None
    total = Cost(2, macs, 10**9, macs)
    return ConfigCost(config, {}, shape, ModelCost(total, parts, training_only=0), row)


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """What the pictures of some models show."""

    def draw(*counted):
        panels = []
        for name in ('plot_cost_bars', 'plot_accuracy_cost'):
            monkeypatch.setattr(
                pictures, name, lambda path, shown, *_: panels.append(shown) or path
            )
        files = draw_costs(tmp_path, counted)
        assert [file.name for file in files] == ['costs_by_part.png', 'accuracy_cost.png']
        return panels

    return draw


def own(points):
    return [point for point in points if point.group != pictures.CITED]


def test_bars_are_grouped_by_size_and_large_models_stand_apart(drawn):
    bars, _ = drawn(
        model('scr_mscan-s_a', CITYSCAPES, 10),
        model('scr_mscan-l_a', CITYSCAPES, 40),
        model('scr_mscan-s_a', (64, 96), 2),
    )
    assert {title: list(models) for title, models in bars.items()} == {
        'Cityscapes, 1024x2048': ['scr mscan-s'],
        'Cityscapes, 1024x2048, large models': ['scr mscan-l'],
        '64x96': ['scr mscan-s'],
    }
    assert bars['64x96']['scr mscan-s'] == {'backbone': 1.0, 'fusion': 1.0}


def test_two_recipes_of_one_model_are_told_apart(drawn):
    bars, _ = drawn(model('scr_mscan-s_a', ADE20K), model('scr_mscan-s_b', ADE20K))
    assert list(bars['ADE20K, 512x512']) == ['scr_mscan-s_a', 'scr_mscan-s_b']


def test_points_are_at_the_published_accuracy_and_the_own_count(drawn):
    _, panels = drawn(
        model('scr_van-s_a', ADE20K, 17, miou=45.1),
        model('segnext_mscan-s_a', ADE20K, 15, miou=44.3, products=True),
        model('scr-aligner-fam_mscan-s_a', ADE20K, 16, miou=44.8),
    )
    points = {point.label: point for point in own(panels['ADE20K'])}
    assert list(points) == ['SCR VAN-S', 'SegNeXt MSCAN-S', 'fam']
    assert (points['SCR VAN-S'].macs, points['SCR VAN-S'].miou) == (17.0, 45.1)
    assert points['SegNeXt MSCAN-S'].macs == 16.0  # full: compares with a count with products
    groups = [point.group for point in points.values()]
    assert groups == [pictures.METHOD, pictures.COMPARED, pictures.ABLATION]


def test_multi_scale_is_marked_and_test_sets_are_left_out(drawn):
    _, panels = drawn(
        model('scr_mscan-l_a', CITYSCAPES, 411, miou=84.5, protocol=MULTI_SCALE),
        model('frmseg-context-ppm_van-s_a', CITYSCAPES, 213, miou=79.7, protocol=TEST),
        model('scr_mscan-b_a', CITYSCAPES, 300),
    )
    (point,) = own(panels['Cityscapes'])
    assert (point.label, point.multi_scale) == ('SCR MSCAN-L', True)


def test_all_of_the_literature_is_shown_with_its_own_size(drawn):
    _, panels = drawn(model('scr_mscan-s_a', ADE20K))
    labels = [point.label for points in panels.values() for point in points]
    assert len(labels) == len(LITERATURE) == len(set(labels))
    assert 'OneFormer Swin-L (at 512x1024)' in labels
    assert 'DDRNet-39' in labels
