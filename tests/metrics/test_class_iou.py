import pytest
import torch
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from mmseg.structures import SegDataSample

from mmseg_scr.metrics import ClassIoUMetric

CLASSES = ('road', 'sky', 'ghost')
FIGURES = ('Fscore', 'Precision', 'Recall')


@pytest.fixture
def measure():
    """A function that measures two labels of three images by a metric of that type."""

    def measure(kind, **options):
        metric = METRICS.build(dict(type=kind, **options))
        metric.dataset_meta = dict(classes=CLASSES)
        for i in range(3):
            sample = SegDataSample(
                metainfo=dict(img_path=f'{i}.jpg'),
                gt_sem_seg=PixelData(data=torch.tensor([[[0, 0, 1, 255]]])),
                pred_sem_seg=PixelData(data=torch.tensor([[[0, int(i > 0), 1, 1]]])),
            )
            metric.process({}, [sample.to_dict()])
        return metric.evaluate(3)

    return measure


def test_figures_of_the_classes_stand_beside_the_means(measure):
    metrics = measure('ClassIoUMetric')
    # Of six pixels of road four are found; three of sky are all found, with two too many.
    assert metrics['IoU'] == {'road': 66.67, 'sky': 60.0, 'ghost': None}
    assert metrics['Acc'] == {'road': 66.67, 'sky': 100.0, 'ghost': None}
    assert metrics['mIoU'] == pytest.approx((66.67 + 60) / 2, abs=0.01)


def test_the_means_are_those_of_mmseg(measure):
    means = {k: v for k, v in measure('ClassIoUMetric').items() if not isinstance(v, dict)}
    assert means == measure('IoUMetric')


def test_other_figures_have_their_own_mapping(measure):
    metrics = measure('ClassIoUMetric', iou_metrics=['mFscore'])
    assert set(metrics) == {'aAcc', *(p + k for p in ('m', '') for k in FIGURES)}
    assert metrics['Recall']['road'] == 66.67
    assert metrics['mRecall'] == pytest.approx(83.33)


def test_nothing_is_measured_where_labels_are_missing(measure, tmp_path):
    assert measure('ClassIoUMetric', format_only=True, output_dir=str(tmp_path)) == {}
    assert len(list(tmp_path.glob('*.png'))) == 3


def test_it_is_the_metric_of_mmseg_to_whoever_asks():
    assert issubclass(ClassIoUMetric, IoUMetric)
