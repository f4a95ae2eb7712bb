import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from builders.published import demo_config
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.apis import inference_model, init_model
from mmseg.registry import MODELS

from mmseg_scr.datasets import StreetScenesDataset
from mmseg_scr.runs.launch import started_runner
from mmseg_scr.weights import ModelCard, build_model, load_weights
from mmseg_scr.weights.card import digest, list_weights, write_card

ADDRESS = 'mmseg_scr://tiny'
ONLY_TRAINING = ['decode_head.contrast.embed.weight', 'decode_head.contrast.embed.bias']
READ_WITHOUT_US = """
import sys, torch
held = torch.load(sys.argv[1], weights_only=True)
assert set(held) == {'meta', 'state_dict'}, set(held)
assert len(held['meta']['dataset_meta']['classes']) == 10
assert not {'mmengine', 'mmseg', 'mmseg_scr'} & {*sys.modules}
"""


def logits(model):
    images = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return model(images, mode='tensor')


def test_file_is_read_by_torch_alone(folder):
    command = [sys.executable, '-c', READ_WITHOUT_US, str(folder / 'tiny.pth')]
    subprocess.run(command, check=True, cwd=folder)


def test_checkpoint_is_in_float32_and_lacks_what_only_training_reads(folder):
    checkpoint = load_weights('tiny', folder=folder)
    weights = checkpoint['state_dict']
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    assert checkpoint['meta']['left_out'] == ONLY_TRAINING
    assert not [n for n in weights if 'contrast' in n or n.endswith('num_batches_tracked')]
    assert weights._metadata['decode_head.context']['version'] == 2


def test_model_is_ready_for_inference_in_mmseg(folder):
    model = build_model('tiny', folder=folder)
    assert not model.training
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model.dataset_meta['classes'] == StreetScenesDataset.METAINFO['classes']
    assert model.dataset_meta['palette'] == StreetScenesDataset.METAINFO['palette']
    image = np.random.default_rng(0).integers(0, 256, (96, 192, 3)).astype(np.uint8)
    result = inference_model(model, image)
    assert result.pred_sem_seg.data.shape == (1, 96, 192)


def test_all_ways_of_loading_give_the_same_model(shipped):
    expected = logits(build_model('tiny'))
    by_mmseg = init_model(str(demo_config()), ADDRESS, device='cpu')
    assert by_mmseg.dataset_meta['classes'][3] == 'pole'
    assert torch.equal(logits(by_mmseg), expected)
    init_default_scope('mmseg')
    config = Config.fromfile(demo_config()).model
    by_init_cfg = MODELS.build(config | dict(init_cfg=dict(type='Pretrained', checkpoint=ADDRESS)))
    by_init_cfg.init_weights()
    assert torch.equal(logits(by_init_cfg.eval()), expected)


def test_part_of_a_model_is_initialised_by_its_prefix(shipped):
    backbone = Config.fromfile(demo_config()).model.backbone
    backbone.init_cfg = dict(type='Pretrained', prefix='backbone.', checkpoint=ADDRESS)
    part = MODELS.build(backbone)
    part.init_weights()
    whole = build_model('tiny').backbone.state_dict()
    assert all(torch.equal(part.state_dict()[name], value) for name, value in whole.items())


def test_run_that_tests_the_address_reads_all_that_it_needs(shipped, tmp_path):
    config = Config.fromfile(demo_config())
    config.test_dataloader.dataset.length = 2
    config.update(load_from=ADDRESS, work_dir=str(tmp_path), experiment_name='address')
    with started_runner(config, trusted=False) as runner:
        scores = runner.test()
        held = runner.model.state_dict()
    assert 0 <= scores['mIoU'] <= 100
    weights = load_weights('tiny')['state_dict']
    assert all(torch.equal(held[name], value) for name, value in weights.items())


def test_unknown_address_names_those_that_exist(shipped):
    with pytest.raises(LookupError, match=r"'huge' is shipped, there are tiny$"):
        load_checkpoint(torch.nn.Identity(), 'mmseg_scr://huge')


def rewrite(folder: Path, change) -> None:
    """Apply a change to the checkpoint of a folder, and let its card describe the result."""
    (card,) = list_weights(folder)
    file = folder / 'tiny.pth'
    checkpoint = torch.load(file, weights_only=True)
    change(checkpoint)
    torch.save(checkpoint, file)
    changed = dict(sha256=digest(file), bytes=file.stat().st_size)
    write_card(ModelCard(**asdict(card) | changed), folder)


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / 'copy')


def test_weights_of_a_model_with_other_tensors_are_refused_with_their_version(copy):
    name = 'decode_head.conv_seg.bias'
    rewrite(copy, lambda held: held['state_dict'].update(other=held['state_dict'].pop(name)))
    with pytest.raises(ValueError, match=rf"mmseg_scr .+ missing \['{name}'\], unknown \['other'"):
        build_model('tiny', folder=copy)


def test_config_that_would_run_is_refused_and_does_not_run(copy, tmp_path):
    text = f'open({str(tmp_path / "ran")!r}, "w")'
    rewrite(copy, lambda held: held['meta'].update(cfg=text))
    with pytest.raises(ValueError, match='line 1 is no assignment'):
        build_model('tiny', folder=copy)
    assert not (tmp_path / 'ran').exists()
