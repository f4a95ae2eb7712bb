"""Whole networks as files, beside mmseg's prediction, at sizes that the export has not seen.

A few of these random networks magnify rounding, or have pixels at which two classes are equal but
for it: mmseg's own result in float32, contiguous or in channels_last, is further from that in
float64 than the usual tolerance, or has other classes. A file may differ by three times as much
from mmseg's.

On a backbone of one block a stage: every part beside the defaults of the other slots; then sets in
which every two parts of different slots meet, and all other sets. A config of full size of each
family. ``python -m pytest tests/compiled/test_networks.py --compiled -k 'full_size or beside or
meet'`` prints the tables of docs/export.md; without ``-k`` it takes many hours.
"""

import copy
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from builders.heads import head_cfg
from builders.networks import build_network
from builders.parts import SLOTS
from builders.tiny_models import BACKBONE, PREPROCESSOR
from compiled.ways import save_and_load
from mmengine.config import Config

from mmseg_scr.export import (
    SIZES,
    Deployed,
    ExportError,
    Limits,
    check_parity,
    draw_pictures,
    fix_random_bases,
)
from mmseg_scr.export.model import trace

CONFIGS = Path(__file__).parents[2] / 'configs'
LIMITS = Limits()
OWN_ROUNDING = 3  # a file's differences, in those of float32 from float64
LAYOUTS = (torch.contiguous_format, torch.channels_last)
WAYS = ('torch_export', 'onnx')
DEFAULTS = ('CRM', 'SRM', 'PlainClassifier')  # context, aligner, classifier
SETS = {
    '-'.join(parts): parts
    for parts in itertools.product(*(SLOTS[slot] for slot in ('context', 'aligner', 'classifier')))
}
BESIDE_DEFAULTS = [
    name for name, parts in SETS.items() if sum(map(str.__ne__, parts, DEFAULTS)) < 2
]
# Each context with each aligner, and the classifiers in turn along both.
MEETINGS = [
    '-'.join((context, aligner, [*SLOTS['classifier']][(row + column) % len(SLOTS['classifier'])]))
    for row, context in enumerate(SLOTS['context'])
    for column, aligner in enumerate(SLOTS['aligner'])
]
MEETINGS = [name for name in MEETINGS if name not in BESIDE_DEFAULTS]
FULL_SIZE = {
    'SCR': 'scr/scr_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py',
    'SegNeXt': 'segnext/segnext_mscan-s_4xb4-adamw-160k_cityscapes-1024x1024.py',
    'FRMSeg': 'frmseg/frmseg_van-s_4xb4-sgd-56k_cityscapes-1024x1024.py',
    'FCN, context-aware': 'context_aware/'
    'fcn-classifier-contextaware_mobilenet-v2_4xb4-sgd-160k_ade20k-512x512.py',
    'UPerNet, SRM and CRM': 'stock_decoders/'
    'upernet-aligner-srm-context-crm_resnet-50_4xb4-sgd-160k_ade20k-512x512.py',
    'FPN, SRM': 'stock_decoders/fpn-aligner-srm_resnet-50_4xb4-sgd-160k_ade20k-512x512.py',
    'SegFormer, SRM': 'stock_decoders/'
    'segformer-aligner-srm_mit-b1_8xb2-adamw-160k_ade20k-512x512.py',
    'SCR, context-aware': 'context_aware/'
    'scr-classifier-contextaware_mscan-s_4xb4-adamw-160k_cityscapes-1024x1024.py',
    'UPerNet, SRM': 'stock_decoders/upernet-aligner-srm_resnet-50_4xb4-sgd-160k_ade20k-512x512.py',
}
DAPPM_GUARDS = (
    'of a small map the largest window leaves one pixel, which the guards of an export tell from '
    'several: it refuses images below 257 pixels a side'
)
POOLING = "the file has only the windows of mmseg's pyramid pooling at the example's size"
UPSAMPLE = "mmseg's FPNHead upsamples to int(2 * height), which a trace takes for a constant"
BATCH_OF_ONE = "mmseg's MixVisionTransformer leaves a guard that refuses a batch of one"
# (network, way) -> why it cannot. A cell that begins to work fails its test.
CANNOT = {(name, 'torch_export'): DAPPM_GUARDS for name in SETS if 'DAPPM' in name}
CANNOT |= {('FPN, SRM', way): UPSAMPLE for way in WAYS}
CANNOT |= {
    ('UPerNet, SRM', 'onnx'): POOLING,
    ('SegFormer, SRM', 'torch_export'): BATCH_OF_ONE,
}


@pytest.fixture(scope='module')
def pictures():
    return draw_pictures(SIZES)


@pytest.mark.parametrize('name', FULL_SIZE)
def test_full_size_config_agrees_at_unseen_sizes(name, pictures, tmp_path, record_property):
    network = build_network(Config.fromfile(CONFIGS / FULL_SIZE[name]))
    compare(name, network, pictures, tmp_path, record_property)


@pytest.mark.parametrize('name', BESIDE_DEFAULTS)
def test_part_beside_the_defaults_agrees_at_unseen_sizes(name, pictures, tmp_path, record_property):
    compare(name, network_of_parts(name), pictures, tmp_path, record_property)


@pytest.mark.parametrize('name', MEETINGS)
def test_parts_that_meet_agree_at_unseen_sizes(name, pictures, tmp_path, record_property):
    compare(name, network_of_parts(name), pictures, tmp_path, record_property)


@pytest.mark.parametrize('name', [n for n in SETS if n not in {*BESIDE_DEFAULTS, *MEETINGS}])
def test_set_of_parts_agrees_at_unseen_sizes(name, pictures, tmp_path, record_property):
    compare(name, network_of_parts(name), pictures, tmp_path, record_property)


def network_of_parts(name):
    context, aligner, classifier = (dict(type=part) for part in SETS[name])
    head = head_cfg(context=context, aligner=aligner, classifier=classifier)
    model = dict(
        type='EncoderDecoder',
        data_preprocessor=PREPROCESSOR | dict(test_cfg=None),  # odd maps, without padding
        backbone=BACKBONE,
        decode_head=head,
        test_cfg=dict(mode='whole'),
    )
    return build_network(dict(model=model))


def compare(name, network, pictures, folder, record_property):
    """All ways of one network, by one trace; what is expected to fail has to."""
    fix_random_bases(network)
    deployed = Deployed(network, normalize=True)
    cells, surprises = [], []
    try:
        program = trace(deployed)
    except ExportError as error:
        program, refusal = None, str(error)
    for way in WAYS:
        rows, error = [], ''
        try:
            if program is None:
                raise ExportError(refusal)
            rows = check_parity(deployed, save_and_load(program, folder, way), pictures)
        except ExportError as refused:
            error = str(refused)
        passes = bool(rows) and all(row.passes(LIMITS) for row in rows)
        passes = passes or (bool(rows) and _passes_for_rounding(rows, deployed, pictures))
        if passes == ((name, way) in CANNOT):
            surprises.append((way, error, rows))
        cells += [(name, f'{way}: {what}', value) for what, value in _values(rows, error, passes)]
    record_property('networks', cells)
    assert not surprises


@torch.no_grad()
def _passes_for_rounding(rows, deployed, pictures):
    precise = copy.deepcopy(deployed).double()
    # In each layout sums have another order.
    layouts = [copy.deepcopy(deployed).to(memory_format=layout) for layout in LAYOUTS]
    for row in rows:
        images = pictures[row.name]
        exact, own, flipped = precise(images.double()), 0.0, 0.0
        for in_layout in layouts:
            rounded = in_layout(images)
            difference = (rounded - exact).abs().max() / exact.abs().max()
            moved = (deployed.labels(rounded) != deployed.labels(exact)).double().mean()
            own, flipped = max(own, difference.item()), max(flipped, moved.item())
        tolerance = max(LIMITS.tolerance, OWN_ROUNDING * own)
        agreement = min(LIMITS.agreement, 1 - OWN_ROUNDING * flipped)
        if not row.passes(replace(LIMITS, tolerance=tolerance, agreement=agreement)):
            return False
    return True


def _values(rows, error, passes):
    """What the table says of one way."""
    if not passes:
        reasons = [error, *(row.error for row in rows), 'it is not equal']
        return [('difference', f'no: {next(filter(None, reasons))}')]
    scene = next(row for row in rows if row.name == 'scene')
    return [
        ('difference', f'{max(row.difference for row in rows):.0e}'),
        ('agreement', f'{min(row.agreement for row in rows):.6f}'),
        ('time', f'{scene.file_ms / scene.model_ms:.2f}'),
    ]
