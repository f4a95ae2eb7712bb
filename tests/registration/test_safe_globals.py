import operator
import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner.checkpoint import load_checkpoint

from mmseg_scr.registration.safe_globals import allow_mmengine_checkpoints

pytestmark = pytest.mark.needs_torch('2.6', 'the list of further names to read')


@pytest.fixture(autouse=True)
def _only_our_safe_globals():
    before = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(before)


@pytest.fixture
def checkpoint():
    """What mmengine's Runner saves beside the weights, with metrics of several kinds."""
    buffer = HistoryBuffer()
    for loss in (4.0, 2.0):
        buffer.update(loss)
    scalars = {
        'mIoU': np.float32(71.25),
        'iter': np.int64(3),
        'half': np.float16(0.5),
        'f': np.bool_(1),
    }
    return {
        'meta': {'epoch': 1, 'dataset_meta': {'classes': ('road', 'sky'), 'table': np.arange(3)}},
        'state_dict': {'weight': torch.ones(1, 2), 'bias': torch.zeros(1)},
        'message_hub': {'log_scalars': {'train/loss': buffer}, 'runtime_info': scalars},
    }


@pytest.fixture
def path(checkpoint, tmp_path):
    torch.save(checkpoint, tmp_path / 'iter_3.pth')
    return tmp_path / 'iter_3.pth'


def test_without_the_list_the_safe_loader_refuses(path):
    with pytest.raises(pickle.UnpicklingError, match='Weights only load failed'):
        torch.load(path, weights_only=True)


def test_safe_loader_returns_buffers_and_scalars(path):
    allow_mmengine_checkpoints()
    hub = torch.load(path, weights_only=True)['message_hub']
    assert hub['log_scalars']['train/loss'].mean() == 3.0
    assert hub['log_scalars']['train/loss'].statistics('max') == 4.0
    assert hub['runtime_info']['mIoU'] == np.float32(71.25)
    assert hub['runtime_info']['iter'].dtype == np.int64


def test_list_outlives_a_load_by_mmengine(path):
    allow_mmengine_checkpoints()
    model = torch.nn.Linear(2, 1)
    load_checkpoint(model, str(path), map_location='cpu')
    assert model.weight.tolist() == [[1.0, 1.0]]
    torch.load(path, weights_only=True)


def test_checkpoint_written_under_numpy_1_loads(checkpoint, tmp_path):
    allow_mmengine_checkpoints()
    path = tmp_path / 'old.pth'
    torch.save(checkpoint, path, _use_new_zipfile_serialization=False)
    written = path.read_bytes()
    assert b'cnumpy._core.multiarray\n' in written
    path.write_bytes(written.replace(b'cnumpy._core.multiarray\n', b'cnumpy.core.multiarray\n'))
    hub = torch.load(path, weights_only=True)['message_hub']
    assert hub['runtime_info']['mIoU'] == np.float32(71.25)


class _Attribute:
    def __init__(self, owner, name):
        self.call = (getattr, (owner, name))

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(('owner', 'name'), [(HistoryBuffer, '__init__'), (np.ndarray, 'tofile')])
def test_getattr_reaches_nothing_else(owner, name, tmp_path):
    allow_mmengine_checkpoints()
    torch.save({'x': _Attribute(owner, name)}, tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError, match='only statistics of HistoryBuffer'):
        torch.load(tmp_path / 'evil.pth', weights_only=True)


def test_other_callables_stay_forbidden(tmp_path):
    allow_mmengine_checkpoints()
    torch.save({'x': operator.attrgetter('a')}, tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError, match='Weights only load failed'):
        torch.load(tmp_path / 'evil.pth', weights_only=True)
