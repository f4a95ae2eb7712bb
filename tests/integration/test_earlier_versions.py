"""What version 0.3.0 saved is read by this version, and means the same or is refused.

`tests/data/scr_0.3.0.pth` is a checkpoint of four training steps of a thin network by 0.3.0, which
keeps the config as text in its meta data, as every checkpoint does; `scr_0.3.0_logits.npy` is what
0.3.0 made of `wave(1, 3, 96, 128)` with it. `decoders_0.3.0.json` holds, for every config of
0.3.0, the number of tensors of its neck and head and a digest of their names and shapes.
"""

import hashlib
import json
import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from builders.fill import wave
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS

import mmseg_scr.registration  # noqa: F401

ROOT = Path(__file__).parents[2]
DATA = ROOT / 'tests' / 'data'
DECODERS = json.loads((DATA / 'decoders_0.3.0.json').read_text())
FILES = {path.stem: path for path in (ROOT / 'configs').glob('*/*.py')}


def test_a_checkpoint_is_refused_by_another_form_and_by_its_own_gives_the_same_logits():
    path = str(DATA / 'scr_0.3.0.pth')
    saved = torch.load(path, weights_only=True)
    config = Config.fromstring(saved['meta']['cfg'], '.py')
    init_default_scope('mmseg')
    model = MODELS.build(deepcopy(config.model))
    with pytest.raises(ValueError, match=r'decode_head\.context belong to another form') as refusal:
        load_checkpoint(model, path, map_location='cpu')
    advice = re.search(r'needs (dict\(.+\))', str(refusal.value)).group(1)
    config.model.decode_head.context = Config.fromstring(f'context = {advice}', '.py').context
    model = MODELS.build(config.model).eval()
    load_checkpoint(model, path, map_location='cpu', strict=True)
    with torch.no_grad():
        logits = model(wave(1, 3, 96, 128).float(), mode='tensor')
    expected = torch.from_numpy(np.load(DATA / 'scr_0.3.0_logits.npy'))
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)


def _take_the_form_of_then(cfg):
    """Let every CRM of a config be what it was in 0.3.0."""
    if cfg.get('type') == 'SCRHead':
        cfg.setdefault('context', dict(type='CRM'))
    for value in cfg.values():
        if isinstance(value, dict):
            if value.get('type') == 'CRM':
                value.update(similarity='dot', stage_norm=False, factor_norm=False)
            _take_the_form_of_then(value)


@pytest.mark.parametrize('name', DECODERS)
def test_config_and_names_of_all_tensors_are_still_there(name):
    config = Config.fromfile(FILES[name])
    init_default_scope('mmseg')
    shapes = []
    for part in ('neck', 'decode_head'):
        settings = config.model.get(part)
        several = isinstance(settings, list)
        for number, cfg in enumerate(settings if several else filter(None, [settings])):
            _take_the_form_of_then(cfg)
            with torch.device('meta'):
                tensors = MODELS.build(cfg).state_dict()
            path = f'{part}.{number}' if several else part
            shapes += [f'{path}.{key} {tuple(value.shape)}' for key, value in tensors.items()]
    digest = hashlib.sha256('\n'.join(sorted(shapes)).encode()).hexdigest()[:16]
    assert [len(shapes), digest] == DECODERS[name]
