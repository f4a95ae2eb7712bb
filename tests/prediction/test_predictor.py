import cv2
import numpy as np
import pytest
import torch
from builders.tiny_models import CLASSES, HEADS, save_tiny_model
from mmseg.apis import inference_model, init_model

from mmseg_scr.prediction.model import load_model
from mmseg_scr.prediction.predictor import Predictor


def picture(height=50, width=70, seed=0):
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 255, (height // 10 + 1, width // 10 + 1, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height))


@pytest.mark.parametrize('head', HEADS)
def test_labels_are_those_of_mmsegs_own_inference(head, tmp_path):
    files = save_tiny_model(tmp_path, head)
    cv2.imwrite(str(tmp_path / 'x.png'), picture())
    predictor, stock = Predictor(load_model(*files)), init_model(*map(str, files), device='cpu')
    prediction = predictor(predictor.prepare(picture()))
    torch.manual_seed(0)  # one of the heads draws numbers in prediction too
    result = inference_model(stock, str(tmp_path / 'x.png'))
    expected = result.pred_sem_seg.data[0].numpy()
    assert len(np.unique(expected)) > 1
    np.testing.assert_array_equal(prediction.labels, expected)
    assert prediction.labels.dtype == np.uint8


def test_a_picture_is_predicted_alike_whatever_came_before(tmp_path):
    predictor = Predictor(load_model(*save_tiny_model(tmp_path, 'LightHamHead')))
    prepared = [predictor.prepare(picture(seed=seed)) for seed in range(2)]
    state = torch.get_rng_state()
    first = predictor(prepared[0])
    assert torch.equal(torch.get_rng_state(), state)
    predictor(prepared[1])
    torch.rand(7)
    np.testing.assert_array_equal(predictor(prepared[0]).labels, first.labels)


def test_probabilities_sum_to_one_and_agree_with_the_labels(tmp_path):
    predictor = Predictor(load_model(*save_tiny_model(tmp_path)), with_probabilities=True)
    prediction = predictor(predictor.prepare(picture()))
    assert prediction.probabilities.shape == (len(CLASSES), 50, 70)
    assert prediction.probabilities.dtype == np.float16
    sums = prediction.probabilities.astype(np.float64).sum(0)
    np.testing.assert_allclose(sums, 1, atol=0.005)
    most = prediction.probabilities.max(0)
    chosen = np.take_along_axis(prediction.probabilities, prediction.labels[None].astype(int), 0)[0]
    assert (chosen == most).all()


def test_one_output_of_two_classes_gives_both_probabilities(tmp_path):
    config, weights = save_tiny_model(tmp_path)
    text = config.read_text().replace(
        'num_classes=5', 'num_classes=2, out_channels=1, threshold=.5'
    )
    config.write_text(text)
    model = init_model(str(config), device='cpu')
    meta = dict(dataset_meta=dict(classes=('no', 'yes'), palette=[[0, 0, 0], [9, 9, 9]]))
    torch.save(dict(meta=meta, state_dict=model.state_dict()), weights)
    predictor = Predictor(load_model(config, weights), with_probabilities=True)
    prediction = predictor(predictor.prepare(picture()))
    assert prediction.probabilities.shape == (2, 50, 70)
    assert (prediction.labels == (prediction.probabilities[1] > 0.5)).mean() > 0.99


def test_windows_give_a_map_of_the_whole_picture_and_leave_the_model_as_it_was(tmp_path):
    files = save_tiny_model(tmp_path, crop_size=(32, 32), stride=(16, 16))
    model = load_model(*files)
    predictor = Predictor(model, mode='slide')
    prediction = predictor(predictor.prepare(picture()))
    assert prediction.labels.shape == (50, 70)
    assert 'windows of 32x32' in prediction.message
    assert model.test_cfg.mode == 'whole'


def test_where_memory_runs_out_windows_slide(tmp_path, monkeypatch):
    model = load_model(*save_tiny_model(tmp_path, crop_size=(32, 32)))
    predictor = Predictor(model)
    encode = model.encode_decode

    def limited(inputs, metas):
        if inputs.shape[-1] > 40:
            raise RuntimeError('CUDA out of memory. Tried to allocate')
        return encode(inputs, metas)

    monkeypatch.setattr(model, 'encode_decode', limited)
    prediction = predictor(predictor.prepare(picture()))
    assert 'memory ran out' in prediction.message

    monkeypatch.setattr(model, 'encode_decode', lambda *_: limited(torch.zeros(1, 1, 1, 99), None))
    with pytest.raises(ValueError, match='memory ran out: CUDA out of memory'):
        predictor(predictor.prepare(picture()))


def test_other_errors_pass(tmp_path, monkeypatch):
    model = load_model(*save_tiny_model(tmp_path))
    predictor = Predictor(model)

    def fail(*_):
        raise RuntimeError('a size mismatch')

    monkeypatch.setattr(model, 'encode_decode', fail)
    with pytest.raises(RuntimeError, match='a size mismatch'):
        predictor(predictor.prepare(picture()))


def test_more_classes_than_a_byte_holds_get_two(tmp_path):
    config, weights = save_tiny_model(tmp_path)
    config.write_text(config.read_text().replace('num_classes=5', 'num_classes=300'))
    model = init_model(str(config), device='cpu')
    torch.nn.init.zeros_(model.decode_head.conv_seg.weight)
    model.decode_head.conv_seg.bias.data = torch.eye(300)[299]
    torch.save(dict(state_dict=model.state_dict()), weights)
    predictor = Predictor(load_model(config, weights))
    labels = predictor(predictor.prepare(picture())).labels
    assert labels.dtype == np.uint16
    assert (labels == 299).all()
