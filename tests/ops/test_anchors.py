from collections import Counter

import pytest
import torch
from reference.anchors import anchor_quotas, split_views

from mmseg_scr.ops.anchors import fill_anchor_slots, sample_hard_anchors

IGNORED = 255


def image_of(sizes, wrong):
    """Labels and predictions (1, N): `sizes` pixels of each class, `wrong` of them mistaken."""
    labels = torch.cat([torch.full((size,), c) for c, size in enumerate(sizes)])
    guesses = labels.clone()
    start = 0
    for c, (size, count) in enumerate(zip(sizes, wrong, strict=True)):
        guesses[start : start + count] = (c + 1) % max(len(sizes), 2)
        start += size
    return labels[None], guesses[None]


def count_anchors(labels, predictions, *args):
    """Map (image, class) to (wrong, right) anchors drawn, after checks that hold for any draw."""
    image, pixel, label = sample_hard_anchors(labels, predictions, *args)
    assert image.shape == pixel.shape == label.shape
    assert torch.equal(labels[image, pixel], label)
    assert len(set(zip(image.tolist(), pixel.tolist(), strict=True))) == len(image)
    right = predictions[image, pixel] == label
    drawn = Counter(zip(image.tolist(), label.tolist(), right.tolist(), strict=True))
    return {(i, c): (drawn[i, c, False], drawn[i, c, True]) for i, c, _ in drawn}


def random_batch(batch, pixels, classes, ignored_share=0.1, accuracy=0.6):
    # Classes of unequal size, so that some fall short of the threshold.
    labels = (torch.rand(batch, pixels) ** 2 * classes).long()
    guesses = torch.randint(classes, labels.shape)
    predictions = torch.where(torch.rand(labels.shape) < accuracy, labels, guesses)
    labels[torch.rand(labels.shape) < ignored_share] = IGNORED
    return labels, predictions


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize(('max_samples', 'max_views'), [(200, 20), (61, 7), (1000, 10), (40, 1)])
@pytest.mark.parametrize('accuracy', [0.0, 0.1, 0.6, 1.0])
def test_counts_equal_the_quotas_of_the_loops(seed, max_samples, max_views, accuracy):
    torch.manual_seed(seed)
    labels, predictions = random_batch(3, 300, 8, accuracy=accuracy)
    options = (max_samples, max_views, IGNORED)
    quotas = anchor_quotas(labels, predictions, *options)
    assert len(quotas) > 3
    assert count_anchors(labels, predictions, *options) == quotas


def test_small_classes_are_dropped():
    labels, predictions = image_of([500, 300, 101, 100, 40], [250, 150, 50, 50, 20])
    drawn = count_anchors(labels, predictions, 1024, 100, IGNORED)
    assert drawn == {(0, 0): (50, 50), (0, 1): (50, 50), (0, 2): (50, 50)}


def test_short_side_leaves_its_rest_to_the_other():
    labels, predictions = image_of([500, 300, 200], [10, 200, 200])
    drawn = count_anchors(labels, predictions, 1024, 100, IGNORED)
    assert drawn == {(0, 0): (10, 90), (0, 1): (50, 50), (0, 2): (100, 0)}


def test_eleven_pairs_share_1024_anchors():
    drawn = count_anchors(*image_of([500] * 11, [250] * 11), 1024, 100, IGNORED)
    assert drawn == {(0, c): (46, 47) for c in range(11)}


def test_every_image_and_class_is_a_pair_of_its_own():
    labels, predictions = image_of([101] * 19, [50] * 19)
    drawn = count_anchors(labels.repeat(16, 1), predictions.repeat(16, 1), 1024, 100, IGNORED)
    assert len(drawn) == 304
    assert set(drawn.values()) == {(1, 2)}


@pytest.mark.parametrize(('wrong', 'kept'), [(0, 0), (1, 1), (2, 2), (499, 3), (500, 4)])
def test_wrong_share_of_four_views(wrong, kept):
    assert split_views(wrong, 500 - wrong, 4) == (kept, 4 - kept)
    drawn = count_anchors(*image_of([500], [wrong]), 4, 100, IGNORED)
    assert drawn == {(0, 0): (kept, 4 - kept)}


def test_more_pairs_than_anchors_give_one_anchor_to_a_random_choice_of_pairs():
    labels, predictions = image_of([12] * 20, [6] * 20)
    chosen = Counter()
    for _ in range(300):
        drawn = count_anchors(labels, predictions, 8, 10, IGNORED)
        assert len(drawn) == 8
        assert {sum(counts) for counts in drawn.values()} == {1}
        chosen.update(list(drawn))
    share = 8 / 20
    expected = 300 * share
    statistic = sum((chosen[0, c] - expected) ** 2 for c in range(20)) / (expected * (1 - share))
    assert statistic * 19 / 20 < 43.82  # chi-square, 19 degrees of freedom, p = 0.001


@pytest.mark.parametrize('labels', [torch.full((2, 50), IGNORED), torch.arange(50).repeat(2, 1)])
def test_no_qualifying_pair_gives_no_anchor(labels, device):
    labels = labels.to(device)
    image, pixel, label = sample_hard_anchors(labels, torch.zeros_like(labels), 64, 10, IGNORED)
    assert len(image) == len(pixel) == len(label) == 0


@pytest.mark.parametrize('unknown', [4, 9, -2])
def test_label_of_no_class_is_never_drawn(unknown):
    labels = torch.tensor([[0] * 20 + [unknown] * 20, [3] * 20 + [unknown] * 20])
    slots = fill_anchor_slots(labels, torch.zeros_like(labels), 4, 64, 10, IGNORED)
    drawn = zip(
        slots.image[slots.valid], labels[slots.image, slots.pixel][slots.valid], strict=True
    )
    assert {(int(image), int(label)) for image, label in drawn} == {(0, 0), (1, 3)}
    assert set(slots.label[slots.valid].tolist()) == {0, 3}


def test_no_pixel_gives_no_anchor():
    nothing = torch.zeros(2, 0, dtype=torch.long)
    assert [len(t) for t in sample_hard_anchors(nothing, nothing, 64, 10, IGNORED)] == [0, 0, 0]


def test_ignored_label_may_be_negative():
    labels, predictions = random_batch(2, 200, 4)
    negative = torch.where(labels == IGNORED, -1, labels)
    drawn = count_anchors(negative, predictions, 100, 10, -1)
    assert drawn == anchor_quotas(labels, predictions, 100, 10, IGNORED)


def test_rows_come_by_image_then_class_then_wrong_before_right():
    labels, predictions = random_batch(3, 300, 5)
    image, pixel, label = sample_hard_anchors(labels, predictions, 200, 20, IGNORED)
    right = predictions[image, pixel] == label
    order = list(zip(image.tolist(), label.tolist(), right.tolist(), strict=True))
    assert order == sorted(order)


@pytest.mark.parametrize(('group', 'picked'), [(slice(0, 30), 8), (slice(30, 80), 8)])
def test_pixels_of_a_side_are_drawn_uniformly(group, picked):
    labels, predictions = image_of([80], [30])
    counts = torch.zeros(80)
    draws = 400
    for seed in range(draws):
        generator = torch.Generator(labels.device).manual_seed(seed)
        _, pixel, _ = sample_hard_anchors(labels, predictions, 16, 20, IGNORED, generator)
        counts[pixel] += 1
    counts = counts[group]
    size, share = len(counts), picked / len(counts)
    assert int(counts.sum()) == draws * picked
    statistic = (counts - draws * share).square().sum() / (draws * share * (1 - share))
    # Draws without replacement: (n - 1) / n times this is chi-square with n - 1 degrees of freedom.
    critical = {30: 58.30, 50: 85.35}[size]  # p = 0.001
    assert float(statistic) * (size - 1) / size < critical


def _drawn_with(seed, max_samples=64):
    labels, predictions = image_of([100] * 8, [50] * 8)
    options = (max_samples, 32, IGNORED)
    generator = torch.Generator(labels.device).manual_seed(seed)
    return torch.stack(sample_hard_anchors(labels, predictions, *options, generator))


@pytest.mark.parametrize('max_samples', [64, 4], ids=['all pairs', 'a choice of pairs'])
def test_generator_alone_decides_the_draw(max_samples):
    first = _drawn_with(7, max_samples)
    assert torch.equal(first, _drawn_with(7, max_samples))
    assert not torch.equal(first, _drawn_with(8, max_samples))


def test_processes_with_other_seeds_draw_other_pixels():
    first, second = (set(_drawn_with(seed)[1].tolist()) for seed in (1, 2))
    assert len(first & second) < 32


def test_global_seed_decides_without_a_generator():
    labels, predictions = image_of([400, 400], [200, 100])
    draws = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        draws.append(sample_hard_anchors(labels, predictions, 64, 32, IGNORED)[1])
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_nothing_is_asked_of_the_data_inside_a_training_step():
    """A meta tensor has no values: an operation that would wait for some raises."""
    labels = torch.zeros(2, 50, dtype=torch.long, device='meta')
    slots = fill_anchor_slots(labels, labels, 4, 64, 10, IGNORED)
    assert {tuple(slot.shape) for slot in slots} == {(64,)}
