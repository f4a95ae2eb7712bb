"""tools/train.py and tools/test.py as a user runs them: a run that dies, is resumed and tested."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
import torch
from builders.checkpoints import save_harmful
from builders.tools import ROOT, TOOLS, call_tool

import mmseg_scr
from mmseg_scr.datasets import CamVidDataset

CONFIG = ROOT / 'configs/scr/scr_mscan-t_1xb4-adamw-1k_camvid-256x256.py'
SMALL = [
    'train_cfg.max_iters=8',
    'train_cfg.val_interval=8',
    'default_hooks.checkpoint.interval=2',
    'default_hooks.logger.interval=1',
    'train_dataloader.batch_size=2',
    'train_dataloader.num_workers=0',
    'train_dataloader.persistent_workers=False',
    'val_dataloader.num_workers=0',
    'val_dataloader.persistent_workers=False',
    'test_dataloader.num_workers=0',
    'test_dataloader.persistent_workers=False',
    'model.backbone.depths=[1,1,1,1]',
    'model.backbone.embed_dims=[8,16,24,32]',
    'model.decode_head.in_channels=[8,16,24,32]',
    'model.decode_head.channels=16',
]


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    """Six images in the layout of CamVid."""
    root = tmp_path_factory.mktemp('camvid')
    random = np.random.default_rng(0)
    for split in ('train', 'val'):
        for kind in ('images', 'annotations'):
            (root / kind / split).mkdir(parents=True)
        for i in range(3):
            label = np.repeat(random.integers(0, 11, (90, 1)), 120, axis=1).astype(np.uint8)
            image = np.stack([label * 20] * 3, axis=2)
            cv2.imwrite(str(root / 'images' / split / f'{i}.jpg'), image)
            cv2.imwrite(str(root / 'annotations' / split / f'{i}.png'), label)
    return root


def command(tool, *args, options=()):
    return [tool, *args, '--cfg-options', *SMALL, *options]


def run(arguments, folder, data_root):
    return call_tool(*arguments, folder=folder, CAMVID_ROOT=str(data_root))


@pytest.fixture(scope='module')
def killed_and_resumed(tmp_path_factory, data_root):
    """A work dir in which training was killed in the middle and then resumed."""
    folder = tmp_path_factory.mktemp('run')
    tool, *arguments = command('train.py', str(CONFIG), '--work-dir', 'work')
    train = [sys.executable, str(TOOLS / tool), *arguments]
    environment = os.environ | {'CAMVID_ROOT': str(data_root), 'PYTHONPATH': str(ROOT)}
    first = subprocess.Popen(train, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    saved = folder / 'work' / 'last_checkpoint'
    deadline = time.monotonic() + 300
    while not saved.exists() and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert saved.exists()
    reached = int(re.search(r'iter_(\d+)', saved.read_text())[1])
    torch.save({'state_dict': {}}, folder / 'start.pth')  # which the config would start from
    start = ['load_from=start.pth']
    resume = command('train.py', str(CONFIG), '--work-dir', 'work', '--resume', options=start)
    second = run(resume, folder, data_root)
    assert second.returncode == 0, second.stderr[-2000:]
    return folder, reached, second.stdout + second.stderr


@pytest.mark.slow
def test_a_resumed_run_continues_at_the_saved_iteration(killed_and_resumed):
    folder, reached, output = killed_and_resumed
    runs = sorted((folder / 'work').glob('*/vis_data/scalars.json'))
    steps = [
        [json.loads(line)['step'] for line in file.read_text().splitlines() if '"loss"' in line]
        for file in runs
    ]
    assert steps[0][0] == 1
    assert steps[-1] == list(range(reached + 1, 9))
    assert 'weights_only' not in output
    assert mmseg_scr.__version__  # its import lets torch read what mmengine saved
    weights = torch.load(folder / 'work' / 'iter_8.pth', weights_only=True)
    assert weights['meta']['iter'] == 8


@pytest.mark.slow
@pytest.mark.parametrize('augmented', [False, True])
def test_test_writes_metrics_predictions_and_pictures(killed_and_resumed, data_root, augmented):
    folder, _, _ = killed_and_resumed
    name = 'tta' if augmented else 'plain'
    outcome = run(
        command(
            'test.py',
            str(CONFIG),
            'work/iter_8.pth',
            *['--work-dir', f'test_{name}', '--out', f'out_{name}', '--show-dir', f'show_{name}'],
            *(['--tta'] if augmented else []),
        ),
        folder,
        data_root,
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert 'tensors loaded, 0 missing, 0 unexpected, 0 of another shape' in outcome.stdout
    (metrics,) = folder.glob(f'test_{name}/*/*.json')
    figures = json.loads(metrics.read_text())
    assert list(figures['IoU']) == list(figures['Acc']) == list(CamVidDataset.METAINFO['classes'])
    known = [value for value in figures['IoU'].values() if value is not None]
    assert figures['mIoU'] == pytest.approx(sum(known) / len(known), abs=0.01)
    predictions = sorted((folder / f'out_{name}').glob('*.png'))
    assert [path.stem for path in predictions] == ['0', '1', '2']
    assert cv2.imread(str(predictions[0]), cv2.IMREAD_UNCHANGED).max() < 11
    pictures = (folder / f'test_{name}' / f'show_{name}').glob('*.png')
    # The number at the end of a name counts images, or iterations, by the line of mmseg.
    assert sorted(path.name.rpartition('_')[0] for path in pictures) == [
        f'test_{i}.jpg' for i in range(3)
    ]
    assert f'mmseg_scr {mmseg_scr.__version__} from ' in outcome.stdout


@pytest.mark.slow
def test_a_checkpoint_of_other_classes_is_refused(killed_and_resumed, data_root):
    folder, _, _ = killed_and_resumed
    outcome = run(
        command(
            'test.py',
            str(CONFIG),
            'work/iter_8.pth',
            options=['model.decode_head.num_classes=19'],
        ),
        folder,
        data_root,
    )
    assert outcome.returncode != 0
    assert 'trained for 11 classes, the config has 19' in outcome.stderr
    assert 'set model.decode_head.num_classes=11' in outcome.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ('tool', 'arguments', 'options', 'message'),
    [
        ('train.py', ['no/such/config.py'], [], 'no/such/config.py'),
        ('train.py', [str(CONFIG)], ['load_from=gone.pth'], "checkpoint 'gone.pth' (load_from)"),
        ('test.py', [str(CONFIG), 'gone.pth'], [], "checkpoint 'gone.pth' (load_from)"),
    ],
)
def test_a_missing_file_is_named_and_nothing_is_written(
    tool, arguments, options, message, tmp_path, data_root
):
    outcome = run(command(tool, *arguments, options=options), tmp_path, data_root)
    assert outcome.returncode != 0
    assert message in outcome.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ('tool', 'arguments', 'options'),
    [
        ('test.py', ['evil.pth'], []),
        ('train.py', [], ['load_from=evil.pth']),
        ('train.py', ['--resume', '--work-dir', '.'], []),
        ('train.py', [], ['model.pretrained=evil.pth']),
    ],
)
def test_a_checkpoint_that_runs_code_is_refused(tool, arguments, options, tmp_path, data_root):
    save_harmful(tmp_path / 'evil.pth', tmp_path / 'victim')
    (tmp_path / 'last_checkpoint').write_text('evil.pth')
    outcome = run(command(tool, str(CONFIG), *arguments, options=options), tmp_path, data_root)
    assert outcome.returncode != 0
    assert "the checkpoint 'evil.pth' is refused" in outcome.stderr.splitlines()[-1]
    assert not (tmp_path / 'victim').exists()


@pytest.mark.slow
def test_a_trusted_checkpoint_is_read_in_full(tmp_path, data_root):
    save_harmful(tmp_path / 'own.pth', tmp_path / 'victim')
    run(command('test.py', str(CONFIG), 'own.pth', '--trust-checkpoint'), tmp_path, data_root)
    assert (tmp_path / 'victim').exists()


@pytest.mark.slow
def test_an_empty_data_folder_is_named(tmp_path):
    (tmp_path / 'data' / 'images' / 'train').mkdir(parents=True)
    outcome = run(command('train.py', str(CONFIG)), tmp_path, tmp_path / 'data')
    assert outcome.returncode != 0
    assert 'images/train' in outcome.stderr
    assert 'holds no *.jpg file' in outcome.stderr


@pytest.mark.slow
def test_an_empty_folder_of_a_dataset_of_mmseg_is_named(tmp_path, monkeypatch):
    for folder in ('leftImg8bit/train', 'leftImg8bit/val', 'gtFine/train', 'gtFine/val'):
        (tmp_path / 'cityscapes' / folder).mkdir(parents=True)
    monkeypatch.setenv('CITYSCAPES_ROOT', str(tmp_path / 'cityscapes'))
    config = ROOT / 'configs/scr/scr_mscan-t_4xb4-adam-112k_cityscapes-1024x1024.py'
    offline = ['model.backbone.init_cfg=None']
    outcome = run(command('train.py', str(config), options=offline), tmp_path, tmp_path)
    assert outcome.returncode != 0
    for words in ('leftImg8bit/train', '_leftImg8bit.png', 'CITYSCAPES_ROOT', 'docs/datasets.md'):
        assert words in outcome.stderr
