import pytest
import torch
from builders.exported import small_model

from mmseg_scr.export import Cell, Deployed, Limits, Program, check_parity, draw_pictures

PICTURES = {'a': (1, 40, 50), 'b': (2, 33, 20)}


@pytest.fixture(params=['head', 'logits', 'probabilities', 'labels'])
def deployed(request):
    return Deployed(small_model(), normalize=True, output=request.param)


def check(deployed, call):
    return check_parity(deployed, Program(call, {}), draw_pictures(PICTURES))


def test_equal_program_passes_for_every_output(deployed):
    cells = check(deployed, deployed)
    assert [cell.name for cell in cells] == ['a', 'b']
    assert [cell.shape for cell in cells] == [(1, 3, 40, 50), (2, 3, 33, 20)]
    assert all(cell.passes(Limits()) and cell.agreement == 1 for cell in cells)
    assert all((cell.difference is None) == (deployed.output == 'labels') for cell in cells)


def test_program_that_shifts_one_row_fails_for_every_output(deployed):
    for cell in check(deployed, lambda image: deployed(image).roll(1, -1)):
        assert not cell.passes(Limits())
        assert cell.agreement < 0.99


def test_program_is_given_normalized_images_if_it_takes_them():
    deployed = Deployed(small_model())
    assert all(cell.passes(Limits()) for cell in check(deployed, deployed))
    assert not any(c.passes(Limits()) for c in check(deployed, lambda x: deployed(x.flip(1))))


def test_difference_is_a_share_of_the_largest_value():
    deployed = Deployed(small_model())
    (cell, _) = check(deployed, lambda image: 1.5 * deployed(image))
    assert cell.difference == pytest.approx(0.5)
    assert cell.agreement == 1
    assert not cell.passes(Limits())
    assert cell.passes(Limits(tolerance=0.51))


def test_program_that_stops_or_gives_another_shape_fails_with_the_reason():
    deployed = Deployed(small_model())

    def stop(image):
        raise RuntimeError('Guard failed: height\nmore')

    stopped, _ = check(deployed, stop)
    assert (stopped.error, stopped.agreement) == ('Guard failed: height', None)
    other, _ = check(deployed, lambda image: deployed(image)[:, :2])
    assert other.error == 'gives (1, 2, 40, 50) instead of (1, 5, 40, 50)'
    assert not stopped.passes(Limits())
    assert not other.passes(Limits())


def test_nan_fails():
    cell = Cell('a', (1, 3, 4, 4), float('nan'), 1.0, 1.0, 1.0)
    assert not cell.passes(Limits())
    deployed = Deployed(small_model())
    assert not check(deployed, lambda image: deployed(image) * torch.nan)[0].passes(Limits())


def test_binary_models_compare_by_their_threshold():
    model = small_model(num_classes=2, out_channels=1, threshold=0.4)
    for output in ('logits', 'probabilities', 'labels'):
        deployed = Deployed(model, normalize=True, output=output)
        assert all(cell.passes(Limits()) for cell in check(deployed, deployed))


def test_a_picture_that_the_model_itself_does_not_take_is_named():
    deployed = Deployed(small_model())
    own = deployed.model.backbone.forward

    def of_one_size(x):
        if len(x) == 2:
            raise RuntimeError('no batches\nmore')
        return own(x)

    deployed.model.backbone.forward = of_one_size
    message = r"does not take 'b', 2 of 33x20; compare on other sizes .*\): no batches$"
    with pytest.raises(ValueError, match=message):
        check(deployed, deployed)
