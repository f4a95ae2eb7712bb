import json

import numpy as np
import pytest
import torch
from builders.label_pairs import golden_pairs, random_pair
from builders.segmentations import evaluate
from mmengine.evaluator import Evaluator
from mmseg.registry import METRICS

from mmseg_scr.metrics import BoundaryMetric, ImageTable, PerImageMetric
from mmseg_scr.metrics.scores import intersection_over_union, mean_over


def image_scores(pairs, **options):
    return evaluate(Evaluator(PerImageMetric(**options)), pairs, 6)


def test_golden_pairs_score_the_golden_numbers():
    assert image_scores(golden_pairs(), worst=50) == {
        'image/mIoU_I': 59.76,
        'image/mIoU_I_worst50': 48.79,
        'image/mIoU_C': 59.76,
        'image/mIoU_C_worst50': 47.92,
    }


@pytest.mark.parametrize('worst', [5, 10, 30])
def test_means_over_images_and_over_classes_equal_loops(worst):
    pairs = [random_pair(seed, num_classes=5, shape=(7, 9)) for seed in range(40)]
    found = {}  # (image, class) -> IoU, of the classes of the label
    for i, (label, prediction) in enumerate(pairs):
        known = label != 255
        for k in set(label[known].tolist()) & set(range(6)):
            mine, theirs = (label == k) & known, (prediction == k) & known
            found[i, k] = (mine & theirs).sum() / (mine | theirs).sum()
    by_image = [np.mean([v for (i, _), v in found.items() if i == n]) for n in range(len(pairs))]
    of_class = [[v for (_, k), v in found.items() if k == n] for n in range(6)]
    of_class = [values for values in of_class if values]
    assert len(of_class) > 1
    assert len(found) < len(pairs) * len(of_class)  # some classes are not in some images

    def lowest(values):
        return np.mean(sorted(values)[: max(1, worst * len(values) // 100)])

    assert image_scores(pairs, worst=worst) == pytest.approx(
        {
            'image/mIoU_I': 100 * np.mean(by_image),
            f'image/mIoU_I_worst{worst}': 100 * lowest(by_image),
            'image/mIoU_C': 100 * np.mean([np.mean(values) for values in of_class]),
            f'image/mIoU_C_worst{worst}': 100 * np.mean([lowest(values) for values in of_class]),
        },
        abs=0.0051,
    )


def test_files_hold_the_counts_of_every_image(tmp_path):
    folder = tmp_path / 'deep' / 'down'
    image_scores(golden_pairs(), output_dir=str(folder), widths=(2, 0.05), contour_width=0.05)
    table = ImageTable.read_json(folder / 'per_image.json')
    assert table.images == ('images/0.png', 'images/1.png', 'images/2.png')
    assert table.regions == ('all', 'band_w2', 'band_w0.05', 'contour')
    by_image = mean_over(intersection_over_union(table.of('all')), axis=1)
    # Class 4 is only predicted in the second: IoU zero.
    expected = [0.48794689, 0.63670665 * 4 / 5, 0.66810912]
    assert by_image == pytest.approx(expected, abs=1e-8)
    rows = (folder / 'per_image.csv').read_text().splitlines()
    assert rows[0] == 'image,region,class,tp,fn,fp,iou'
    assert rows[1].startswith('images/0.png,all,class 0,125,74,71,0.46')


def test_sums_over_images_are_the_scores_of_the_boundary_metric(tmp_path):
    options = dict(widths=(1, 3), contour_width=0.02)
    image_scores(golden_pairs(), output_dir=str(tmp_path), **options)
    table = ImageTable.read_json(tmp_path / 'per_image.json')
    of_regions = 100 * mean_over(intersection_over_union(table.counts.sum(0)), axis=1)
    scores = evaluate(Evaluator(BoundaryMetric(**options)), golden_pairs(), 6)
    names = ('mIoU_w1', 'mIoU_w3', 'mBIoU')
    assert of_regions[1:] == pytest.approx([scores[f'boundary/{n}'] for n in names], abs=0.005)


def test_image_without_known_pixels_is_in_the_table_and_in_no_mean(tmp_path, printed):
    unknown = np.full((4, 4), 255), np.zeros((4, 4))
    scores = image_scores([*golden_pairs(), unknown], output_dir=str(tmp_path))
    assert scores['image/mIoU_I'] == 59.76
    assert len(json.loads((tmp_path / 'per_image.json').read_text())['images']) == 4
    assert 'images/3.png' not in printed()


def test_folder_that_cannot_be_made_ends_the_evaluation_at_its_first_image(tmp_path):
    (tmp_path / 'file').write_text('in the way')
    label, prediction = golden_pairs()[0]
    pair = {
        name: dict(data=torch.from_numpy(labels)[None])
        for name, labels in (('gt_sem_seg', label), ('pred_sem_seg', prediction))
    }
    metric = PerImageMetric(output_dir=str(tmp_path / 'file' / 'out'))
    metric.dataset_meta = dict(classes=tuple('abcdef'))
    with pytest.raises(OSError, match='file'):
        metric.process({}, [pair | dict(img_path='a.png')])


def test_lowest_images_are_named(printed):
    image_scores(golden_pairs())
    assert 'low: 48.79 images/0.png' in printed()


@pytest.mark.parametrize('worst', [0, 101, 5.0, True])
def test_bad_share_of_the_worst_is_refused(worst):
    with pytest.raises(ValueError, match='worst must be whole percent'):
        PerImageMetric(worst=worst)


def test_registered_where_mmseg_looks():
    assert METRICS.get('PerImageMetric') is PerImageMetric
