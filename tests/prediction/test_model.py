import numpy as np
import pytest
import torch
from builders.checkpoints import save_harmful
from builders.tiny_models import CLASSES, PALETTE, save_tiny_model, tiny_config
from mmengine.config import Config
from mmseg.apis import init_model
from mmseg.models import EncoderDecoder

from mmseg_scr.checks import UnsafeCheckpointError
from mmseg_scr.prediction.model import class_info, distinct_colors, load_model, pick_device
from mmseg_scr.prediction.predictor import Predictor
from mmseg_scr.prediction.shares import class_shares


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    return save_tiny_model(tmp_path_factory.mktemp('model'))


def test_weights_and_classes_are_those_of_the_checkpoint(files):
    model = load_model(*files)
    assert not model.training
    assert model.dataset_meta == dict(classes=CLASSES, palette=PALETTE)
    saved = torch.load(files[1], weights_only=True)['state_dict']
    assert all(torch.equal(tensor, saved[name]) for name, tensor in model.state_dict().items())


def test_a_checkpoint_of_a_wrapped_model_fits(files, tmp_path):
    saved = torch.load(files[1], weights_only=True)
    wrapped = {f'module.{name}': tensor for name, tensor in saved['state_dict'].items()}
    torch.save(dict(saved, state_dict=wrapped), tmp_path / 'wrapped.pth')
    model = load_model(files[0], tmp_path / 'wrapped.pth')
    name = 'decode_head.conv_seg.weight'
    assert torch.equal(model.state_dict()[name], saved['state_dict'][name])


def test_a_checkpoint_of_another_model_is_refused_with_the_names(files, tmp_path):
    _, other = save_tiny_model(tmp_path, 'SCRHead')
    with pytest.raises(ValueError, match=r'not of this config(.|\n)*Missing in the checkpoint'):
        load_model(files[0], other)


def test_a_checkpoint_that_runs_code_is_refused_unless_trusted(files, tmp_path):
    harmful = save_harmful(tmp_path / 'x.pth', tmp_path / 'victim')
    with pytest.raises(UnsafeCheckpointError, match='--trust-checkpoint'):
        load_model(files[0], harmful)
    assert not (tmp_path / 'victim').exists()
    with pytest.raises(ValueError, match='not of this config'):
        load_model(files[0], harmful, trusted=True)
    assert (tmp_path / 'victim').exists()


def test_missing_and_damaged_files_have_one_message_each(files, tmp_path):
    (tmp_path / 'x.pth').write_bytes(b'nothing')
    with pytest.raises(FileNotFoundError, match=r"checkpoint 'no\.pth' does not exist"):
        load_model(files[0], 'no.pth')
    with pytest.raises(FileNotFoundError, match=r"config 'no\.py' does not exist"):
        load_model('no.py', files[1])
    with pytest.raises(ValueError, match=r"x\.pth' is no checkpoint of torch"):
        load_model(files[0], tmp_path / 'x.pth')
    (tmp_path / 'x.py').write_text('model = dict(type="Nothing")')
    with pytest.raises(ValueError, match=r'no model can be built of the config(.|\n)*Nothing'):
        load_model(tmp_path / 'x.py', files[1])


class Model:
    """What ``class_info`` looks at."""

    def __init__(self, count, dataset=None):
        self.decode_head = torch.nn.Module()
        self.decode_head.num_classes = count
        loader = dict(dataset=dict(type='RepeatDataset', dataset=dataset)) if dataset else None
        self.cfg = Config(dict(test_dataloader=loader))


@pytest.mark.parametrize(
    ('meta', 'dataset', 'classes'),
    [
        (dict(CLASSES=('a', 'b'), PALETTE=[[1, 2, 3], [4, 5, 6]]), None, ('a', 'b')),
        ({}, dict(type='StreetScenesDataset', metainfo=dict(classes=('c', 'd'))), ('c', 'd')),
        (dict(dataset_meta=dict(classes=('a',))), None, ('class 0', 'class 1')),
        (dict(dataset_meta=dict(classes=('a', 'b'), palette=None)), None, ('a', 'b')),
    ],
    ids=['mmseg 0.x', 'dataset of the config', 'too few', 'without colours'],
)
def test_there_are_always_classes_with_a_colour_each(meta, dataset, classes):
    info = class_info(Model(2, dataset), meta)
    assert info['classes'] == classes
    assert len(info['palette']) == 2
    assert info['palette'][0] != info['palette'][1]


def test_the_dataset_of_a_config_gives_its_own_classes():
    info = class_info(Model(10, dict(type='StreetScenesDataset')), {})
    assert info['classes'][0] == 'road'


def test_a_model_of_one_class_tells_it_from_the_background(tmp_path):
    config = tiny_config()
    config.model.decode_head.update(num_classes=1)
    config.dump(tmp_path / 'one.py')
    model = init_model(config, device='cpu')
    meta = dict(dataset_meta=dict(classes=('crack',), palette=[[9, 8, 7]]))
    torch.save(dict(meta=meta, state_dict=model.state_dict()), tmp_path / 'one.pth')
    predictor = Predictor(load_model(tmp_path / 'one.py', tmp_path / 'one.pth'))
    assert predictor.classes == ('background', 'crack')
    assert predictor.palette == [[0, 0, 0], [9, 8, 7]]
    picture = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    labels = predictor(predictor.prepare(picture)).labels
    assert class_shares(labels, len(predictor.classes)).shape == (2,)
    several = class_info(Model(1), meta)  # whose head has another number of outputs
    assert several['classes'] == ('crack',)


def test_made_up_colours_differ():
    assert len({tuple(color) for color in distinct_colors(150)}) == 150


def test_a_device_without_values_is_refused():
    with pytest.raises(ValueError, match="device 'meta' cannot be used here: "):
        pick_device('meta')


def test_a_device_that_is_not_there_has_a_reason():
    assert pick_device('cpu').type == 'cpu'
    with pytest.raises(ValueError, match="device 'nonsense' cannot be used here"):
        pick_device('nonsense')


def test_a_config_that_names_classes_needs_no_scope(files):
    config = tiny_config()
    config.default_scope = None
    config.model.type = EncoderDecoder
    assert load_model(config, files[1]).dataset_meta['classes'] == CLASSES


def test_a_config_in_memory_builds_too(files):
    assert load_model(tiny_config(), files[1]).dataset_meta['classes'] == CLASSES
