from contextlib import ExitStack
from itertools import count

import pytest
from builders.passes import subject_of
from builders.trained import write_trained
from builders.unknown_config import MODULE, write_images, write_unknown

from mmseg_scr.figures import load_models

UPER = """_delete_=True, type='UPerHead', in_channels=[8, 16, 24, 32], in_index=[0, 1, 2, 3],
        pool_scales=(1, 2), channels=16, num_classes=10, norm_cfg=dict(type='BN')"""
SEGNEXT = 'in_channels=[16, 24, 32], channels=16, ham_channels=16'
NUMBERS = count()
IMAGES = ('a', 'b<i>&', 'c')


@pytest.fixture(scope='session')
def trained(tmp_path_factory):
    """Config and checkpoint of small networks on drawn scenes, by what they are."""
    folder = tmp_path_factory.mktemp('trained')
    aware = f'head=dict({SEGNEXT})'
    return {
        'uper': write_trained(folder / 'uper', 'baseline', head=UPER, seed=2),
        'segnext': write_trained(folder / 'segnext', 'segnext', head=SEGNEXT, seed=3),
        'aware': write_trained(folder / 'aware', 'segnext-classifier-contextaware', head=aware),
        'ours': write_trained(folder / 'ours', 'scr', seed=1),
    }


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """Writes models of a config that this package does not know, on three images in files."""
    module = f'head_{next(NUMBERS)}'  # a module is imported once in a process
    (tmp_path / f'{module}.py').write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    root = write_images(tmp_path / 'data', IMAGES)

    def write(name, **options):
        return write_unknown(tmp_path / name, options.pop('root', root), module=module, **options)

    write.root = root
    return write


@pytest.fixture
def load(theirs):
    """Loads one of them, for as long as the test lasts."""
    with ExitStack() as stack:

        def one(name='theirs', **options):
            pair = theirs(name, **options)
            return stack.enter_context(load_models([pair], [name]))[0]

        yield one


@pytest.fixture
def subjects(tmp_path):
    """A baseline and a better method, each from the seeds 0 and 1; and one training of another."""
    return [
        subject_of(tmp_path, 'base', (1, 2), seeds=(0, 1)),
        subject_of(tmp_path, 'ours', (0, 1), seeds=(0, 1)),
        subject_of(tmp_path, '<script>', (4,)),
    ]
