import sys
from types import SimpleNamespace

import pytest
import torch

from mmseg_scr.environment import Snapshot, take_snapshot
from mmseg_scr.environment.snapshot import numbers


@pytest.mark.parametrize(
    ('version', 'expected'),
    [
        ('2.13.0+cpu', (2, 13, 0)),
        ('0.10', (0, 10, 0)),
        ('2.0.0rc4', (2, 0, 0)),
        ('84.2.1.post3', (84, 2, 1)),
        ('unknown', (0, 0, 0)),
    ],
)
def test_numbers_of_a_version(version, expected):
    assert numbers(version) == expected


@pytest.mark.parametrize(
    ('distributions', 'line'),
    [
        (['onedl-mmcv', 'openmim'], 'OneDL'),
        (['mmcv-lite', 'onedl-mim'], 'classic'),
        (['onedl-mmsegmentation', 'mmpretrain'], 'mixed'),
        (['torch', 'openmim'], 'none'),
    ],
)
def test_line_is_read_from_what_provides_mmseg(distributions, line):
    assert Snapshot(dict.fromkeys(distributions, '1.0')).line == line


def test_bounds_are_low_inclusive_high_exclusive():
    snapshot = Snapshot({'setuptools': '82.0.0'})
    assert snapshot.between('setuptools', '82', '83')
    assert not snapshot.between('setuptools', '81', '82')
    assert not snapshot.between('mmcv', '0', '999')


def test_this_interpreter_is_seen():
    snapshot = take_snapshot()
    assert snapshot.versions['torch'].split('+')[0] == torch.__version__.split('+')[0]
    assert snapshot.python == '.'.join(map(str, sys.version_info[:3]))
    assert len(snapshot.gpus) == torch.cuda.device_count()
    assert 'torch' not in snapshot.failures


def test_gpus_are_named_with_their_memory(monkeypatch):
    device = SimpleNamespace(name='Some GPU', total_memory=24 * 2**30 - 1)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    monkeypatch.setattr(torch.cuda, 'get_device_properties', lambda _: device)
    assert take_snapshot().gpus == ('Some GPU, 24 GiB',) * 2


def test_failing_import_is_recorded_with_its_error(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ftfy', None)
    failures = take_snapshot().failures
    assert 'ftfy' in failures['ftfy']
    assert failures['ftfy'].startswith('ModuleNotFoundError')
