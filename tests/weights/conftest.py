import pytest
from builders.published import publish_demo

from mmseg_scr.weights import card


@pytest.fixture(scope='session')
def folder(tmp_path_factory):
    """Holds one published model, ``tiny``."""
    folder = tmp_path_factory.mktemp('weights') / 'published'
    publish_demo(folder)
    return folder


@pytest.fixture
def shipped(folder, monkeypatch):
    """The folder of the package holds ``tiny`` and nothing else."""
    monkeypatch.setattr(card, 'FOLDER', folder)
