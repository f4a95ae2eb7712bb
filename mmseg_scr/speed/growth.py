"""How a time grows with the number of pixels."""

from collections.abc import Mapping
from math import log


def growth_exponent(times: Mapping[int, float]) -> float:
    """Slope of log(time) over log(pixels), by least squares: 1 is linear, 2 is quadratic.

    Args:
        times: pixels -> seconds, two sizes or more.

    Raises:
        ValueError: fewer than two sizes, or a time that is not positive.
    """
    if len(times) < 2 or min(times.values()) <= 0:
        raise ValueError(f'an exponent needs positive times at two sizes or more, got {times}')
    points = [(log(pixels), log(seconds)) for pixels, seconds in times.items()]
    x_mean, y_mean = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    covariance = sum((x - x_mean) * (y - y_mean) for x, y in points)
    return covariance / sum((x - x_mean) ** 2 for x, _ in points)
