"""Samples taken in turn, and the figures that are made of them."""

import math
import statistics
from typing import NamedTuple


def measure(readers, population, rounds, slow_rounds):
    """The samples of each reader, in turn, round by round; a first reading is not counted."""
    samples = {name: [] for name in readers}
    for number in range(-1, rounds):
        names = list(readers)
        start = number % len(names)
        for name in names[start:] + names[:start]:
            if readers[name].slow and number >= slow_rounds:
                continue
            population.settle()
            sample = readers[name].read()
            population.note()
            if number >= 0:
                samples[name].append(sample)
    return samples


class Spread(NamedTuple):
    median: float
    low: float
    high: float


def quartiles(values):
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def ratios(values, others):
    """Round by round: what disturbs a round disturbs both."""
    return quartiles([value / other for value, other in zip(values, others)])


def sign_interval(values, confidence=0.95):
    """The median, and the interval of order statistics that holds the true one so surely, without
    any assumption on how the values are distributed."""
    ordered, count = sorted(values), len(values)
    outside, rank = 0.0, 0  # probability that the true median lies below ordered[rank]
    while rank < count // 2:
        outside += math.comb(count, rank) / 2**count
        if 2 * outside > 1 - confidence:
            break
        rank += 1
    rank = max(rank - 1, 0)
    return Spread(statistics.median(ordered), ordered[rank], ordered[count - 1 - rank])


class Line(NamedTuple):
    fixed: float
    slope: float


def fitted_line(points):
    """Least squares of the relative error, so that small costs count as much as large ones."""
    weights = [1 / y**2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    variance = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    covariance = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points))
    slope = covariance / variance
    return Line(mean_y - slope * mean_x, slope)


def fitted_exponent(points):
    """k of y ~ x**k, by least squares over the logarithms."""
    return statistics.linear_regression(
        [math.log(x) for x, _ in points], [math.log(y) for _, y in points]).slope
