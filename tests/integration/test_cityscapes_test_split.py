"""tools/test.py on Cityscapes' test split, which has no labels: it writes what the server takes."""

import os

import cv2
import numpy as np
import pytest
import torch
from builders.tools import ROOT, call_tool
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

CONFIG = ROOT / 'configs/scr/scr_mscan-l_4xb4-adam-131k_cityscapes-test-1024x1024.py'
SMALL = [
    'model.backbone.init_cfg=None',
    'model.backbone.depths=[1,1,1,1]',
    'model.backbone.embed_dims=[8,16,24,32]',
    'model.decode_head.in_channels=[8,16,24,32]',
    'model.decode_head.channels=16',
    'test_dataloader.num_workers=0',
    'test_dataloader.persistent_workers=False',
    'test_dataloader.dataset.pipeline.1.scale=(128,64)',
]
NAMES = ('berlin_000000_000019', 'bonn_000004_000019')
CAR = 13  # the class of training that the network below sees everywhere
IDS = {0: 7, 1: 8, 2: 11, 10: 23, 13: 26, 18: 33}  # some of the benchmark's, by class
# What mmseg's metric takes from cityscapesscripts.
LABELS = f"""
from collections import namedtuple
Label = namedtuple('Label', 'id')
trainId2label = {{train: Label(id) for train, id in {IDS}.items()}}
"""


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Two images, a network that sees cars everywhere, a stand-in for cityscapesscripts."""
    folder = tmp_path_factory.mktemp('submission')
    for name in NAMES:
        path = folder / f'data/leftImg8bit/test/{name.split("_")[0]}/{name}_leftImg8bit.png'
        path.parent.mkdir(parents=True)
        cv2.imwrite(str(path), np.full((64, 128, 3), 99, np.uint8))
    for module, text in (
        ('helpers/labels', LABELS),
        ('evaluation/evalPixelLevelSemanticLabeling', ''),
    ):
        path = folder / f'packages/cityscapesscripts/{module}.py'
        path.parent.mkdir(parents=True)
        path.write_text(text)
    config = Config.fromfile(CONFIG)
    config.merge_from_dict(dict(map(_parse, SMALL)))
    init_default_scope('mmseg')
    model = MODELS.build(config.model)
    with torch.no_grad():
        model.decode_head.conv_seg.bias[CAR] = 1e4
    torch.save(dict(state_dict=model.state_dict()), folder / 'weights.pth')
    return folder


def _parse(option):
    key, value = option.split('=')
    return key, DictAction._parse_iterable(value)


@pytest.mark.parametrize('options', [[], ['--tta']], ids=['single-scale', 'tta'])
def test_label_ids_of_every_image_are_written_at_its_size(folder, options):
    work = folder / f'work{len(options)}'
    ids = f'test_evaluator.output_dir={work}/ids'
    packages = os.pathsep.join([str(folder / 'packages'), str(ROOT)])
    places = dict(CITYSCAPES_ROOT=str(folder / 'data'), PYTHONPATH=packages)
    arguments = CONFIG, 'weights.pth', '--work-dir', work, *options, '--cfg-options', *SMALL, ids
    done = call_tool('test.py', *arguments, folder=folder, **places)
    assert done.returncode == 0, done.stderr
    written = sorted((work / 'ids').iterdir())
    assert [path.name for path in written] == [f'{name}_leftImg8bit.png' for name in NAMES]
    for path in written:
        label = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert label.shape[:2] == (64, 128)
        assert set(np.unique(label)) == {IDS[CAR]}


@pytest.mark.parametrize(
    'path', sorted(ROOT.glob('configs/scr/*_cityscapes-test-*.py')), ids=lambda p: p.stem
)
def test_split_has_images_and_no_labels_and_only_the_test_reads_it(path):
    config = Config.fromfile(path)
    assert config.test_dataloader.dataset.data_prefix == dict(img_path='leftImg8bit/test')
    assert config.val_dataloader.dataset.data_prefix.img_path == 'leftImg8bit/val'
    assert config.val_evaluator.type == 'IoUMetric'
    assert config.test_evaluator.output_dir == f'work_dirs/{path.stem}/label_ids'
    parts = config.train_dataloader.dataset.datasets
    assert [d.data_prefix.img_path for d in parts] == ['leftImg8bit/train', 'leftImg8bit/val']
