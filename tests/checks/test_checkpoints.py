import os
import pickle

import pytest
import torch
from builders.checkpoints import save_harmful, save_ordinary
from mmengine.config import Config
from mmengine.runner.checkpoint import _load_checkpoint

from mmseg_scr.checks.checkpoints import (
    FORCE_SAFE,
    FORCE_UNSAFE,
    UnsafeCheckpointError,
    checkpoint_files,
    only_safe_checkpoints,
    require_safe_checkpoint,
)
from mmseg_scr.registration.safe_globals import allow_mmengine_checkpoints

FORMATS = pytest.mark.parametrize('zipped', [True, False])


@pytest.fixture(autouse=True)
def _ours_are_allowed():
    allow_mmengine_checkpoints()


@pytest.fixture
def victim(tmp_path):
    return tmp_path / 'victim'


@FORMATS
def test_file_that_runs_code_is_refused_and_runs_none(tmp_path, victim, zipped):
    path = save_harmful(tmp_path / 'a.pth', victim, _use_new_zipfile_serialization=zipped)
    reason = 'GLOBAL' if torch.__version__ >= '2.6' else 'Unsupported class'
    with pytest.raises(UnsafeCheckpointError, match=rf"a\.pth' is refused.*\(.*{reason}") as error:
        require_safe_checkpoint(path)
    assert '\n' not in str(error.value)
    assert '--trust-checkpoint' in str(error.value)
    assert not victim.exists()
    torch.load(path, weights_only=False)
    assert victim.exists()  # it would have


@FORMATS
def test_what_mmengine_saves_is_read(tmp_path, zipped):
    path = save_ordinary(tmp_path / 'a.pth', _use_new_zipfile_serialization=zipped)
    require_safe_checkpoint(path)
    with only_safe_checkpoints([{'load_from': str(path)}]):
        assert _load_checkpoint(str(path))['meta']['time'] == 0.5


@pytest.mark.parametrize('content', ['<html>not found</html>', 'hello', 'version https://', ''])
def test_file_that_is_no_checkpoint_is_told_by_how_it_begins(tmp_path, content):
    (tmp_path / 'page.pth').write_text(content)
    with pytest.raises(ValueError, match='is no checkpoint of torch') as error:
        require_safe_checkpoint(tmp_path / 'page.pth')
    assert repr(content.encode()[:20]) in str(error.value)
    assert '--trust-checkpoint' not in str(error.value)


def test_damaged_file_is_left_to_the_loader(tmp_path):
    whole = save_ordinary(tmp_path / 'a.pth').read_bytes()
    (tmp_path / 'half.pth').write_bytes(whole[: len(whole) // 2])
    require_safe_checkpoint(tmp_path / 'half.pth')


def test_another_pickle_that_is_damaged_is_no_harmful_checkpoint(tmp_path):
    whole = pickle.dumps(list(range(100)))
    with pytest.raises(pickle.UnpicklingError, match='truncated'), only_safe_checkpoints([]):
        pickle.loads(whole[:20])


def test_files_that_a_config_names_anywhere_are_found(tmp_path):
    names = [str(tmp_path / f'{i}.pth') for i in range(4)]
    for name in names:
        save_ordinary(name)
    config = Config(
        dict(
            load_from=names[0],
            model=dict(
                pretrained=names[1],
                backbone=dict(init_cfg=dict(type='Pretrained', checkpoint=names[2])),
                auxiliary_head=[dict(init_cfg=[dict(checkpoint=names[3])])],
                decode_head=dict(init_cfg=dict(checkpoint='https://example.org/a.pth')),
            ),
        )
    )
    assert sorted(map(str, checkpoint_files(config))) == names


def test_last_checkpoint_counts_for_a_run_that_resumes(tmp_path):
    last = save_ordinary(tmp_path / 'iter_2.pth')
    (tmp_path / 'last_checkpoint').write_text(str(last))
    assert checkpoint_files({'resume': True, 'work_dir': str(tmp_path)}) == [last]
    assert checkpoint_files({'resume': False, 'work_dir': str(tmp_path)}) == []
    assert checkpoint_files({'resume': True, 'load_from': 'x', 'work_dir': str(tmp_path)}) == []


def test_harmful_file_of_a_config_is_refused_before_the_block(tmp_path, victim):
    config = {'model': {'init_cfg': {'checkpoint': str(save_harmful(tmp_path / 'a', victim))}}}
    with pytest.raises(UnsafeCheckpointError), only_safe_checkpoints([{}, config]):
        pytest.fail('the block was entered')


def test_harmful_file_that_comes_later_is_refused_by_any_load(tmp_path, victim, monkeypatch):
    """As one that mmengine downloads: its fallback to the unsafe reader must not help it."""
    monkeypatch.setenv(FORCE_UNSAFE, '1')
    path = save_harmful(tmp_path / 'a.pth', victim)
    with (
        pytest.raises(UnsafeCheckpointError, match='that this run loads'),
        only_safe_checkpoints([]),
    ):
        _load_checkpoint(str(path))
    assert not victim.exists()
    assert os.environ[FORCE_UNSAFE] == '1'
    assert FORCE_SAFE not in os.environ


def test_trusted_files_are_read_in_full(tmp_path, victim, monkeypatch):
    monkeypatch.setenv(FORCE_SAFE, '1')
    path = save_harmful(tmp_path / 'a.pth', victim)
    with only_safe_checkpoints([{'load_from': str(path)}], trusted=True):
        _load_checkpoint(str(path))
    assert victim.exists()
    assert os.environ[FORCE_SAFE] == '1'
