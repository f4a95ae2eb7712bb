import io
import operator
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from builders.checkpoints import save_harmful, save_ordinary
from mmengine.logging import HistoryBuffer

from mmseg_scr.registration.old_safe_reader import BYTES, reader
from mmseg_scr.registration.safe_globals import _safe_globals

OF_TORCH = {
    'collections.OrderedDict': OrderedDict,
    'torch._utils._rebuild_tensor_v2': torch._utils._rebuild_tensor_v2,
}


@pytest.fixture
def module():
    """What takes the place of torch's own module where torch has no list."""
    return reader(OF_TORCH | BYTES | {name: value for value, name in _safe_globals()})


def load(path, module):
    return torch.load(path, map_location='cpu', weights_only=False, pickle_module=module)


@pytest.fixture
def content():
    buffer = HistoryBuffer()
    for loss in (4.0, 2.0):
        buffer.update(loss)
    numbers = {'mIoU': np.float32(71.25), 'iter': np.int64(3), 'table': np.arange(3)}
    return {'state_dict': {'weight': torch.arange(4.0)}, 'hub': {'loss': buffer}, **numbers}


@pytest.mark.parametrize('zipped', [True, False])
def test_weights_buffers_and_numbers_are_read(module, content, tmp_path, zipped):
    torch.save(content, tmp_path / 'a.pth', _use_new_zipfile_serialization=zipped)
    found = load(tmp_path / 'a.pth', module)
    assert found['state_dict']['weight'].tolist() == [0, 1, 2, 3]
    assert found['hub']['loss'].statistics('max') == 4.0
    assert (found['mIoU'], found['iter'], found['table'].tolist()) == (71.25, 3, [0, 1, 2])


@pytest.mark.parametrize('zipped', [True, False])
def test_what_mmengine_saves_is_read(module, tmp_path, zipped):
    path = save_ordinary(tmp_path / 'a.pth', _use_new_zipfile_serialization=zipped)
    assert load(path, module)['meta']['time'] == 0.5


@pytest.mark.parametrize('zipped', [True, False])
def test_what_could_run_code_is_refused_and_runs_none(module, tmp_path, zipped):
    victim = tmp_path / 'victim'
    path = save_harmful(tmp_path / 'a.pth', victim, _use_new_zipfile_serialization=zipped)
    with pytest.raises(RuntimeError, match='Unsupported class'):
        load(path, module)
    assert not victim.exists()


class Calls:
    """Is read by calling a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __call__(self):
        """Only to be taken for a function that is called in turn."""

    def __reduce__(self):
        return self.call


class Built(Calls):
    """Is read by a call, and given a state."""

    def __reduce__(self):
        return (*self.call, {'anything': 1})


@pytest.mark.parametrize(
    ('value', 'reason'),
    [
        (operator.attrgetter('a'), 'Unsupported class operator.attrgetter'),
        (Calls(getattr, np.ndarray, 'tofile'), 'only statistics of HistoryBuffer'),
        (Calls(getattr, HistoryBuffer, '__init__'), 'only statistics of HistoryBuffer'),
        (Calls(Calls(getattr, HistoryBuffer, 'min'), 1), 'Unsupported call of'),
        (Built(getattr, HistoryBuffer, 'min'), 'Unsupported state of'),
    ],
)
def test_nothing_else_is_called_or_changed(module, value, reason, tmp_path):
    torch.save({'x': value}, tmp_path / 'evil.pth')
    with pytest.raises((RuntimeError, pickle.UnpicklingError), match=reason):
        load(tmp_path / 'evil.pth', module)


@pytest.mark.parametrize(
    'operation',
    [b'(cnumpy\nndarray\no.', b'(inumpy\nndarray\n.', b'\x82\x01.'],
    ids=['OBJ', 'INST', 'EXT1'],
)
def test_old_operations_are_refused(module, operation):
    with pytest.raises(RuntimeError, match='Unsupported operation'):
        module.load(io.BytesIO(operation))
