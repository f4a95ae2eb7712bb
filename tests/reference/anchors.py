"""How many anchors the published sampler takes of each (image, class) pair, in plain loops."""

from torch import Tensor


def anchor_quotas(
    labels: Tensor, predictions: Tensor, max_samples: int, max_views: int, ignore_index: int
) -> dict[tuple[int, int], tuple[int, int]]:
    """Map (image, class) to (wrongly predicted anchors, rightly predicted anchors).

    A pair is kept when the class has more than `max_views` pixels in the image; every kept pair
    gets the same number of anchors.
    """
    groups = {}
    for image, (row, guess) in enumerate(zip(labels.tolist(), predictions.tolist(), strict=True)):
        for label in sorted(set(row) - {ignore_index}):
            own = [p for p in range(len(row)) if row[p] == label]
            if len(own) > max_views:
                wrong = sum(guess[p] != label for p in own)
                groups[image, label] = (wrong, len(own) - wrong)
    if not groups:
        return {}
    views = min(max_samples // len(groups), max_views)
    return {pair: split_views(*sizes, views) for pair, sizes in groups.items()}


def split_views(wrong: int, right: int, views: int) -> tuple[int, int]:
    """Halve the views between the two sides; one that is short leaves its rest to the other."""
    if wrong >= views / 2 and right >= views / 2:
        return views // 2, views - views // 2
    if wrong >= views / 2:
        return views - right, right
    return wrong, views - wrong
