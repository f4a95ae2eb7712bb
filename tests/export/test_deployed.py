import pytest
import torch
from builders.exported import PREPROCESSOR, small_model
from mmseg.structures import SegDataSample

from mmseg_scr.export import OUTPUTS, Deployed
from mmseg_scr.export.parity import predict_with_mmseg

SIZE = (45, 70)
BINARY = dict(num_classes=2, out_channels=1, threshold=0.4)


@pytest.fixture
def pictures():
    return 255 * torch.rand(2, 3, *SIZE)


@pytest.mark.parametrize('options', [{}, BINARY], ids=['five classes', 'one channel'])
@torch.no_grad()
def test_labels_and_soft_predictions_are_those_of_a_test_of_mmseg(options, pictures):
    model = small_model(**options)
    samples = [SegDataSample(metainfo=dict(ori_shape=SIZE, img_shape=SIZE)) for _ in pictures]
    results = model.test_step(dict(inputs=list(pictures), data_samples=samples))
    labels = Deployed(model, normalize=True, output='labels')(pictures)
    expected = torch.stack([result.pred_sem_seg.data[0] for result in results])
    assert labels.dtype == torch.uint8
    assert torch.equal(labels.long(), expected.long())
    assert len(labels.unique()) > 1
    kind = 'probabilities' if options else 'logits'  # of one channel mmseg keeps the probability
    soft = Deployed(model, normalize=True, output=kind)(pictures)
    torch.testing.assert_close(soft, torch.stack([result.seg_logits.data for result in results]))


@torch.no_grad()
def test_probabilities_are_the_softmax_of_the_logits(pictures):
    model = small_model()
    logits = Deployed(model, normalize=True)(pictures)
    soft = Deployed(model, normalize=True, output='probabilities')(pictures)
    torch.testing.assert_close(soft, logits.exp() / logits.exp().sum(1, keepdim=True))


@torch.no_grad()
def test_without_normalization_it_takes_images_that_were_normalized(pictures):
    plain, whole = Deployed(small_model()), Deployed(small_model(), normalize=True)
    images = (pictures.flip(1) - torch.tensor(PREPROCESSOR['mean']).view(3, 1, 1)) / torch.tensor(
        PREPROCESSOR['std']
    ).view(3, 1, 1)
    torch.testing.assert_close(plain(images), whole(pictures))


@torch.no_grad()
def test_output_of_the_head_keeps_its_own_size(pictures):
    deployed = Deployed(small_model(), normalize=True, output='head')
    logits = deployed(pictures)
    assert logits.shape == (2, 5, 16, 24)  # of 64x96, what the pictures are padded to
    torch.testing.assert_close(logits, predict_with_mmseg(deployed, pictures))


@pytest.mark.parametrize('align', [False, True])
@torch.no_grad()
def test_upsampling_aligns_corners_as_the_head_does(align, pictures):
    deployed = Deployed(small_model(align_corners=align), normalize=True)
    torch.testing.assert_close(deployed(pictures), predict_with_mmseg(deployed, pictures))


def test_other_outputs_and_models_are_refused_by_name():
    with pytest.raises(ValueError, match=f"{', '.join(OUTPUTS)}, got 'masks'"):
        Deployed(small_model(), output='masks')
    with pytest.raises(ValueError, match=r'only an EncoderDecoder of mmseg .* got Linear'):
        Deployed(torch.nn.Linear(1, 1))
    grey = small_model()
    grey.backbone.conv = torch.nn.Conv2d(1, 8, 7)
    with pytest.raises(ValueError, match='takes 1 channels, a file has pictures of three'):
        Deployed(grey)


def test_many_classes_have_labels_of_more_than_a_byte():
    labels = Deployed(small_model(num_classes=300)).labels(torch.rand(1, 300, 4, 4))
    assert labels.dtype == torch.int32
