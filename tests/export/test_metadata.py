import json
from importlib.metadata import version

from builders.exported import CLASSES, PALETTE, PREPROCESSOR, small_model

from mmseg_scr import __version__
from mmseg_scr.export import Deployed
from mmseg_scr.export.metadata import describe


def test_all_that_a_program_needs_is_there_as_strings():
    found = describe(Deployed(small_model()), {'config': 'a.py'})
    assert all(isinstance(value, str) for value in found.values())
    assert (found['task'], found['mode']) == ('semantic segmentation', 'whole')
    assert found['config'] == 'a.py'
    assert json.loads(found['classes']) == list(CLASSES)
    assert json.loads(found['palette']) == PALETTE
    assert json.loads(found['mean']) == PREPROCESSOR['mean']
    assert json.loads(found['std']) == PREPROCESSOR['std']
    versions = json.loads(found['versions'])
    assert (versions['mmseg_scr'], versions['torch']) == (__version__, version('torch'))


def test_order_of_the_channels_is_that_of_the_input():
    model = small_model()
    inside = describe(Deployed(model, normalize=True, output='labels'), {})
    outside = describe(Deployed(model), {})
    assert (inside['input'], inside['channel_order'], inside['output']) == (
        'picture',
        'BGR',
        'labels',
    )
    assert (outside['input'], outside['channel_order']) == ('normalized', 'RGB')
    assert inside['network_channel_order'] == outside['network_channel_order'] == 'RGB'


def test_the_threshold_of_a_single_output_is_told():
    model = small_model()
    assert 'threshold' not in describe(Deployed(model), {})
    model.decode_head.out_channels, model.decode_head.threshold = 1, 0.3
    assert describe(Deployed(model, output='probabilities'), {})['threshold'] == '0.3'


def test_classes_without_names_are_numbered():
    model = small_model()
    for info in (dict(classes=CLASSES), dict(classes=None), None):
        model.dataset_meta = info
        found = describe(Deployed(model), {})
        assert json.loads(found['palette']) == []
        names = list(CLASSES) if info and info['classes'] else [f'class {i}' for i in range(5)]
        assert json.loads(found['classes']) == names
