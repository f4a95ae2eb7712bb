import numpy as np
import pytest
from builders.label_pairs import IGNORE, NUM_CLASSES, golden_pairs
from builders.trained import write_trained

from mmseg_scr.figures import load_models
from mmseg_scr.figures.scenes import Scene
from mmseg_scr.figures.tallies import Tally

UPER = """_delete_=True, type='UPerHead', in_channels=[8, 16, 24, 32], in_index=[0, 1, 2, 3],
        pool_scales=(1, 2), channels=16, num_classes=10, norm_cfg=dict(type='BN')"""
SEGNEXT = 'in_channels=[16, 24, 32], channels=16, ham_channels=16'


@pytest.fixture(scope='session')
def trained(tmp_path_factory):
    """Config and checkpoint of small networks, by what they are."""
    folder = tmp_path_factory.mktemp('trained')
    return {
        'base': write_trained(folder / 'base', 'baseline'),
        'ours': write_trained(folder / 'ours', 'scr', seed=1),
        'uper': write_trained(folder / 'uper', 'baseline', head=UPER, seed=2),
        'segnext': write_trained(folder / 'segnext', 'segnext', head=SEGNEXT, seed=3),
        'aware': write_trained(
            folder / 'aware', 'segnext-classifier-contextaware', head=f'head=dict({SEGNEXT})'
        ),
    }


@pytest.fixture(scope='session')
def models(trained):
    """Those networks, loaded."""
    with load_models([*trained.values()], [*trained]) as loaded:
        yield {model.title: model for model in loaded}


def golden_scene(label, prediction):
    """Two models, the second being one column off the first."""
    image = np.zeros((*label.shape, 3), np.uint8)
    return Scene('golden', image, label, {'a': prediction, 'b': np.roll(prediction, -1, 1)})


@pytest.fixture(scope='session')
def tally():
    """Everything that is counted, of the golden pairs."""
    tally = Tally(NUM_CLASSES, IGNORE, frozenset(('whole', 'bands', 'kinds', 'changes')))
    for pair in golden_pairs():
        tally.add(golden_scene(*pair))
    return tally
