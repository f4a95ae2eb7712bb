"""The files in the package: they are what their cards and the metafiles say."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from mmseg_scr.probes.knockouts import knocked_out
from mmseg_scr.runs.sample import predict, read_sample, score
from mmseg_scr.runs.shipped_pair import PAIR
from mmseg_scr.weights import build_model, list_weights, load_weights
from mmseg_scr.weights.card import FOLDER

ROOT = Path(__file__).parents[2]
LARGEST = {'StreetScenesDataset': 3e6, 'CamVidDataset': 10e6}  # bytes
TOLERANCE = 0.05  # percent points, for the rounding of another machine
CARDS = {card.name: card for card in list_weights()}
SAMPLE_SET = dict(type='StreetScenesDataset', seed=3, size=(96, 192))  # no decision saw it
WITHOUT = ('offsets', 'spatial-attention', 'channel-attention')

each_shipped = pytest.mark.parametrize('card', CARDS.values(), ids=CARDS)


def metafile_entries():
    return [
        model
        for file in sorted(ROOT.glob('configs/*/metafile.yaml'))
        for model in yaml.safe_load(file.read_text())['Models']
    ]


@pytest.mark.parametrize('name', PAIR.values())
def test_street_scenes_file_reproduces_its_scores_on_the_first_scenes(name):
    if name not in CARDS:
        pytest.skip(f'{name} is not among the shipped files yet')
    sample = CARDS[name].sample
    model = build_model(name)
    dataset = model.cfg.test_dataloader.dataset
    assert {key: dataset[key] for key in SAMPLE_SET} == SAMPLE_SET
    assert sample['images'] >= 20
    scenes = read_sample(dataset, sample['images'])
    scores = score(scenes, predict(model, scenes, progress=lambda *_: None, title=name))
    assert set(scores) == {'mIoU', 'boundary/mIoU_w1'}
    assert scores == pytest.approx(sample['metrics'], abs=TOLERANCE)


@pytest.mark.parametrize('part', WITHOUT)
def test_without_a_part_the_shipped_network_says_something_else(part):
    if PAIR['ours'] not in CARDS:
        pytest.skip(f'{PAIR["ours"]} is not among the shipped files yet')
    model = build_model(PAIR['ours'])
    scenes = read_sample(model.cfg.test_dataloader.dataset, 5)
    expected = predict(model, scenes, progress=lambda *_: None, title='')
    with knocked_out(model, part):
        actual = predict(model, scenes, progress=lambda *_: None, title='')
    assert np.mean(np.stack(actual) != np.stack(expected)) > 0.002


def test_both_of_the_pair_are_shipped_or_neither():
    shipped = [name for name in PAIR.values() if name in CARDS]
    assert len(shipped) in (0, len(PAIR)), shipped


def test_every_file_has_its_partner():
    files = [file for file in FOLDER.iterdir() if file.name != 'README.md']
    assert {file.name for file in files} == {
        f'{n}{end}' for n in CARDS for end in ('.pth', '.json')
    }


@each_shipped
def test_shipped_model_is_small_built_and_told_of(card):
    assert card.bytes <= LARGEST[card.dataset]
    if 'EfficientNetLite0' in load_weights(card.name)['meta']['cfg']:
        pytest.importorskip('timm', reason='its backbone is built by timm')
    assert build_model(card.name).dataset_meta['classes']
    assert (ROOT / 'configs' / card.config).is_file()
    assert card.license
    assert card.iterations
    assert card.metrics


@each_shipped
def test_shipped_model_names_no_path_of_a_machine(card):
    text = load_weights(card.name)['meta']['cfg']
    assert not re.search(r"""[\s'"=]/\w+/""", f'{card} {text}')


@each_shipped
def test_shipped_model_is_in_a_metafile_with_scores_of_its_card(card):
    address = f'mmseg_scr://{card.name}'
    (entry,) = (model for model in metafile_entries() if model.get('Weights') == address)
    assert entry['Config'] == f'configs/{card.config}'
    known = {(name, value) for scores in card.metrics.values() for name, value in scores.items()
             if not isinstance(value, dict)}  # fmt: skip
    for result in entry['Results']:
        assert result['Metrics']
        assert result['Metrics'].items() <= known


def test_metafiles_promise_no_file_that_is_not_there():
    promised = {model['Weights'] for model in metafile_entries() if 'Weights' in model}
    promised = {address for address in promised if address.startswith('mmseg_scr://')}
    assert promised <= {f'mmseg_scr://{name}' for name in CARDS}
