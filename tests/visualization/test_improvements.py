import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits, pixels

from mmseg_scr.visualization import draw_improvements
from mmseg_scr.visualization.palette import BETTER, WORSE

PALETTE = [(10, 20, 30), (0, 200, 50)]
OPTIONS = dict(classes=['ground', 'thing'], palette=PALETTE)


def scene(kind):
    """A thing that one of two models misses."""
    truth = np.zeros((60, 120), int)
    truth[20:40, 50:80] = 1
    missed = np.zeros_like(truth)
    maps = {'better': [missed, truth], 'worse': [truth, missed], 'same': [truth, truth]}[kind]
    image = np.full((60, 120, 3), 90, np.uint8)
    return [image], [truth], {'base': maps[:1], 'ours': maps[1:]}


@pytest.mark.parametrize(('kind', 'color'), [('better', BETTER), ('worse', WORSE)])
def test_the_outline_of_a_change_stands_in_the_panels_of_both_models(kind, color):
    figure = draw_improvements(*scene(kind), **OPTIONS)
    columns = np.flatnonzero(pixels(figure, color)[: int(0.8 * figure.bbox.height)].any(axis=0))
    quarter = figure.bbox.width / 4
    assert set((columns // quarter).astype(int)) == {2, 3}
    other = {BETTER: WORSE, WORSE: BETTER}[color]
    assert not pixels(figure, other)[: int(0.7 * figure.bbox.height)].any()


def test_classes_have_their_colours_and_the_legend_names_them():
    figure = draw_improvements(*scene('better'), **OPTIONS)
    quarter = figure.bbox.width / 4
    seen = pixels(figure, '#00c832')[: int(0.7 * figure.bbox.height)]  # the thing
    assert {int(c // quarter) for c in np.flatnonzero(seen.any(axis=0))} == {1, 3}
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ['only the last is right', 'only the first is right', 'ground', 'thing']


def test_shares_of_changed_pixels_are_below():
    figure = draw_improvements(*scene('better'), **OPTIONS)
    assert figure.axes[3].get_xlabel() == f'better {100 * 600 / 7200:.1f} %, worse 0.0 %'
    assert [axis.get_title() for axis in figure.axes] == ['image', 'truth', 'base', 'ours']


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_several_images_and_many_classes_stay_on_the_page(width):
    images, truth, predictions = scene('worse')
    truth = [np.arange(7200).reshape(60, 120) // 400] * 2
    predictions = {'base': [truth[0]] * 2, 'ours': predictions['ours'] * 2}
    palette = [(10 * i, 100, 50) for i in range(19)]
    classes = [f'class {i}' for i in range(19)]
    options = dict(classes=classes, palette=palette, width=width)
    assert fits(draw_improvements(images * 2, truth, predictions, **options))


def test_other_than_two_models_and_other_sizes_are_refused():
    images, truth, predictions = scene('same')
    with pytest.raises(ValueError, match=r"two models .* got \['base'\]"):
        draw_improvements(images, truth, {'base': predictions['base']}, **OPTIONS)
    predictions['ours'] = [np.zeros((4, 5), int)]
    with pytest.raises(ValueError, match=r"'ours' has maps of \[\(4, 5\)\]"):
        draw_improvements(images, truth, predictions, **OPTIONS)
