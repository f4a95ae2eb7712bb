import pytest
import torch
from builders.exported import PREPROCESSOR, small_model

from mmseg_scr.export.preparation import Normalize, PadToMultiple, preprocessing_of


def test_normalizing_and_padding_is_what_the_data_preprocessor_does():
    model = small_model()
    steps = preprocessing_of(model)
    pictures = 255 * torch.rand(2, 3, 33, 64)
    padded = PadToMultiple(steps.divisor, steps.pad_value)(Normalize(steps)(pictures))
    samples = [_Sample(), _Sample()]
    data = model.data_preprocessor(dict(inputs=list(pictures), data_samples=samples), False)
    torch.testing.assert_close(padded, data['inputs'])
    assert padded.shape == (2, 3, 64, 64)


def test_means_are_those_of_the_config_to_the_digit():
    steps = preprocessing_of(small_model())
    assert (list(steps.mean), list(steps.std)) == (PREPROCESSOR['mean'], PREPROCESSOR['std'])
    assert (steps.picture_order, steps.network_order) == ('BGR', 'RGB')


@pytest.mark.parametrize(
    ('options', 'orders'),
    [
        (dict(bgr_to_rgb=True), ('BGR', 'RGB')),
        (dict(rgb_to_bgr=True), ('RGB', 'BGR')),
        (dict(), ('BGR', 'BGR')),
    ],
)
def test_orders_of_channels_follow_the_config(options, orders):
    steps = preprocessing_of(small_model(preprocessor=dict(type='SegDataPreProcessor', **options)))
    assert (steps.picture_order, steps.network_order) == orders
    assert (steps.mean, steps.std, steps.divisor) == ((), (), 1)


def test_padding_to_one_size_is_refused():
    fixed = PREPROCESSOR | dict(test_cfg=dict(size=(64, 96)))
    with pytest.raises(ValueError, match=r'pads every test image to \(64, 96\)'):
        preprocessing_of(small_model(preprocessor=fixed))


class _Sample:
    def set_metainfo(self, info):
        self.metainfo = info
