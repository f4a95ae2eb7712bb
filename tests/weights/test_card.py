import hashlib
import shutil

import pytest

from mmseg_scr.weights import list_weights
from mmseg_scr.weights.card import BLOCK, digest, find_weights


@pytest.fixture
def copy(folder, tmp_path):
    """The published files, to be spoilt."""
    return shutil.copytree(folder, tmp_path / 'copy')


def test_lists_what_the_folder_of_the_package_holds(shipped):
    (card,) = list_weights()
    assert (card.name, card.iterations, card.seed) == ('tiny', 7, 3)
    assert card.dataset == 'StreetScenesDataset'
    assert card.metrics == {'test': {'mIoU': 1.0}}


def test_size_and_sha_are_those_of_the_file(folder):
    card, file = find_weights('tiny', folder)
    content = file.read_bytes()
    assert card.bytes == len(content)
    assert card.sha256 == hashlib.sha256(content).hexdigest()


def test_unknown_name_is_answered_with_those_that_exist(folder):
    with pytest.raises(LookupError, match=r"'huge' is shipped, there are tiny$"):
        find_weights('huge', folder)


def test_name_that_is_a_path_is_unknown(folder):
    with pytest.raises(LookupError, match='there are tiny'):
        find_weights(f'../{folder.name}/tiny', folder)


def test_empty_folder_is_named(tmp_path):
    assert list_weights(tmp_path) == []
    with pytest.raises(LookupError, match=f'there is none in {tmp_path}'):
        find_weights('tiny', tmp_path)


def test_missing_weights_are_refused(copy):
    (copy / 'tiny.pth').unlink()
    with pytest.raises(ValueError, match="weights of 'tiny' are missing"):
        find_weights('tiny', copy)


def test_damaged_weights_are_refused_with_both_sizes(copy):
    content = (copy / 'tiny.pth').read_bytes()
    (copy / 'tiny.pth').write_bytes(content[:-1])
    with pytest.raises(ValueError, match=rf'{len(content) - 1} bytes, {len(content)} expected'):
        find_weights('tiny', copy)


@pytest.mark.parametrize('text', ['{"name": "tiny"}', '{"height": 3}', '[1]', 'no'])
def test_file_that_is_no_card_is_named(tmp_path, text):
    (tmp_path / 'tiny.json').write_text(text)
    with pytest.raises(ValueError, match=r'tiny\.json does not describe a trained model'):
        list_weights(tmp_path)


def test_renamed_card_is_refused(copy):
    (copy / 'tiny.json').rename(copy / 'other.json')
    with pytest.raises(ValueError, match=r"other\.json describes 'tiny'"):
        list_weights(copy)


def test_digest_is_that_of_the_whole_file(tmp_path):
    content = bytes(range(256)) * (BLOCK // 256 + 3)
    (tmp_path / 'a').write_bytes(content)
    assert digest(tmp_path / 'a') == hashlib.sha256(content).hexdigest()
