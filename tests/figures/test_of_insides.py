import pytest

from mmseg_scr.figures import Request, of_insides
from mmseg_scr.figures.insides import Look

STOCK = ['uper', 'segnext', 'aware']
DRAWN = ['features', 'offsets', 'channel_factors', 'attention']


def request(**options):
    return Request(names=(), **options)


@pytest.fixture(scope='module')
def look(models):
    return Look(models['ours'], 0)


@pytest.mark.parametrize('name', DRAWN)
def test_every_figure_is_drawn_of_our_network(look, name):
    figure = getattr(of_insides, name)(look, request())
    assert figure.get_figwidth() == pytest.approx(180 / 25.4)


@pytest.mark.parametrize('network', STOCK)
def test_stock_networks_lack_the_parts_without_an_error(models, network):
    look = Look(models[network], 0)
    assert [getattr(of_insides, name)(look, request()) for name in DRAWN] == [None] * 4


def test_an_aligner_that_does_not_displace_has_maps_but_no_offsets(models):
    look = Look(models['base'], 0)
    assert of_insides.offsets(look, request()) is None
    assert of_insides.features(look, request()) is not None


def test_parts_are_chosen_by_the_end_of_their_path(look):
    figure = of_insides.offsets(look, request(part='aligners.2'))
    assert len(figure.axes[0].collections[0].U) == 4 * 6
    with pytest.raises(ValueError, match=r"no part ends in 'nothing'.*aligners\.2"):
        of_insides.offsets(look, request(part='nothing'))


def test_a_pixel_outside_of_the_image_is_refused(look):
    with pytest.raises(ValueError, match=r'96 x 64 image, got \(96, 0\)'):
        of_insides.attention(look, request(pixel=(96, 0)))
