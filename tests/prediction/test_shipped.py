from types import SimpleNamespace

import pytest

from mmseg_scr.prediction import shipped
from mmseg_scr.prediction.shipped import load_chosen, load_shipped


def card(name, **scores):
    return SimpleNamespace(name=name, metrics={'test': scores})


@pytest.fixture(autouse=True)
def _models(monkeypatch):
    cards = [card('small', mIoU=40.0), card('large', mIoU=60.0), card('odd', fps=3)]
    monkeypatch.setattr(shipped, 'list_weights', lambda: cards)
    monkeypatch.setattr(shipped, 'build_model', lambda name, device: f'{name} on {device}')


def test_the_best_one_is_the_default():
    assert load_shipped(None) == ('large', 'large on cpu')
    assert load_shipped('small', 'cuda:1') == ('small', 'small on cuda:1')


def test_an_unknown_name_lists_those_that_exist():
    with pytest.raises(ValueError, match=r"no shipped model is called 'huge'.*small, large, odd"):
        load_shipped('huge')


def test_without_models_the_message_names_the_option(monkeypatch):
    monkeypatch.setattr(shipped, 'list_weights', list)
    with pytest.raises(ValueError, match='name yours with --model'):
        load_shipped(None)


def test_files_are_chosen_before_a_shipped_model(monkeypatch):
    monkeypatch.setattr(shipped, 'load_model', lambda *files, **options: (files, options))
    name, (files, options) = load_chosen(('a.py', 'a.pth'), None, device='cpu', trusted=True)
    assert name == 'a.py'
    assert files == ('a.py', 'a.pth')
    assert options == dict(device='cpu', trusted=True)
    assert load_chosen(None, 'small', device='cpu', trusted=False) == ('small', 'small on cpu')
