"""Several trainings of one setting: their names, means, errors, and when a difference is more than chance."""

import math
import re
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from blockspin.arrays import Estimated, Number

LARGEST_FREEDOM = 1e6  # of Student's distribution; beyond it is the normal one to 1e-5, and the integral below is not resolved
CHANCE = math.erfc(3 / math.sqrt(2))  # 0.0027: how often three errors are exceeded where the errors are known exactly


def family_of(name: str) -> str:
    """The name of a scan's instance without its training seed: "l1_0" of l1_0_s2."""
    return re.sub(r"_s\d+$", "", name)


def seed_of(name: str) -> int:
    """2 of l1_0_s2; 0 where none is named."""
    seed = re.search(r"_s(\d+)$", name)
    return int(seed[1]) if seed else 0


def families(names: list[str]) -> dict[str, list[str]]:
    """{"l1_0": ["l1_0_s1", "l1_0_s2"], "bond": ["bond"], ...}: the training seeds of each setting."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(family_of(name), []).append(name)
    return found


def over_seeds(values: ArrayLike) -> Estimated:
    """(mean, standard error over the values); the error of one value is NaN."""
    numbers = np.asarray(values, dtype=float)
    error = numbers.std(ddof=1) / np.sqrt(len(numbers)) if len(numbers) > 1 else np.nan
    return float(numbers.mean()), float(error)


def pooled(spreads: list[tuple[Number, int]]) -> tuple[float, int]:
    """(standard deviation, degrees of freedom) of one training, taken to be the same in all settings: from (standard
    deviation, trainings) of each."""
    several = [(std, n - 1) for std, n in spreads if n > 1]
    freedom = sum(free for _, free in several)
    return (math.sqrt(sum(free * std**2 for std, free in several) / freedom) if freedom else math.nan), freedom


def combined(parts: list[tuple[Number, Number]]) -> Estimated:
    """(standard error, degrees of freedom) of a sum or difference of independent numbers, (error, freedom) each;
    freedom is infinite where an error is known exactly. Welch (1947), Satterthwaite (1946)."""
    squares = [error**2 for error, _ in parts]
    quarter = sum(square**2 / freedom for square, (_, freedom) in zip(squares, parts))
    return math.sqrt(sum(squares)), sum(squares) ** 2 / quarter if quarter > 0 else math.inf


def student_quantile(two_sided: float, freedom: float) -> float:
    """|t| that Student's distribution exceeds with this probability; `freedom` >= 1, any real, or infinite."""
    if freedom > LARGEST_FREEDOM:
        return NormalDist().inv_cdf(1 - two_sided / 2)
    # With tan(angle) = sqrt(freedom) / t the tail is the integral of sin^(freedom - 1) from 0 to the angle.
    nodes, weights = np.polynomial.legendre.leggauss(200)
    norm = math.sqrt(math.pi) / 2 * math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2))

    def tail(angle: float) -> float:
        return angle / 2 * np.sum(weights * np.sin(angle / 2 * (nodes + 1)) ** (freedom - 1)) / norm
    low, high = 0.0, math.pi / 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) < two_sided else (low, middle)
    return math.sqrt(freedom) / math.tan(high)


def beyond_chance(difference: Number, error: Number, freedom: float = math.inf, chance: float = CHANCE) -> bool:
    """Whether a difference is further from 0 than chance would have it: Student's test, with as many degrees of freedom
    as the error has; where it has none, nothing is beyond chance."""
    return bool(freedom > 0 and abs(float(difference)) > student_quantile(chance, freedom) * float(error))


def least_seen(error: Number, freedom: float = math.inf, chance: float = CHANCE) -> float:
    """The least difference that beyond_chance() would call one, were it measured without chance."""
    return float(student_quantile(chance, freedom) * float(error)) if freedom > 0 else math.inf


def pm(value: Number, error: Number) -> str:
    """27.1(1): the error in units of the last digit shown; two digits below 2."""
    if not np.isfinite(error) or error <= 0:
        return f"{value:.3g}"
    digits = -int(np.floor(np.log10(error))) + (1 if error / 10 ** np.floor(np.log10(error)) < 1.95 else 0)
    shown = round(error * 10 ** digits) if digits > 0 else round(error)
    return f"{value:.{max(digits, 0)}f}({shown})"
