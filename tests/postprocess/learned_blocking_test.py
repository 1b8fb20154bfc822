"""The tables of learned blocking: numbers are those of the archives, trainings are averaged, and verdicts can say both."""

import unittest

import numpy as np

from blockspin import learned_blocking
from blockspin.learned_blocking import Rule


class Run(dict):
    """An [mcrg] group with exponents [level, operators] and one error for all."""

    lattice = (8, 8)

    def __init__(self, exponents, error):
        super().__init__({"level": np.arange(1, len(exponents) + 1), "even/exponent/mean": np.array(exponents),
                          "even/exponent/error": np.full(np.shape(exponents), error)})


class Rules(unittest.TestCase):
    majority = Rule("majority", [Run([[0.90], [0.99]], 0.001)])
    place = (0, 0)

    def trained(self, *values):
        return Rule("learned", [Run([[value]], 0.001) for value in values])

    def verdict(self, rule, place=(0, 0)):
        return learned_blocking.verdict(rule, self.majority, "even/exponent", place, 1.0)

    def test_numbers_of_trainings_are_their_mean_with_the_error_of_their_spread(self):
        (mean, error), freedom = self.trained(0.95, 0.96, 0.97).number("even/exponent", self.place)
        self.assertAlmostEqual(mean, 0.96)
        self.assertAlmostEqual(error, 0.01 / np.sqrt(3))
        self.assertEqual(2, freedom)
        self.assertEqual(((0.90, 0.001), np.inf), self.majority.number("even/exponent", self.place))

    def test_verdicts(self):
        self.assertEqual("closer", self.verdict(self.trained(0.970, 0.971, 0.972, 0.969, 0.968)))
        self.assertEqual("closer", self.verdict(self.trained(1.030, 1.031, 1.032, 1.029, 1.028)))
        self.assertEqual("further", self.verdict(self.trained(0.870, 0.871, 0.872, 0.869, 0.868)))
        self.assertEqual("not told apart", self.verdict(self.trained(0.899, 0.901, 0.902, 0.898, 0.900)))
        self.assertEqual("not told apart", self.verdict(self.trained(0.80, 1.00, 0.95, 0.90, 0.99)))

    def test_levels_that_are_not_there_are_unknown(self):
        self.assertEqual("unknown", self.verdict(self.trained(0.97, 0.98), (1, 0)))
        self.assertIn("| learned, 2 trainings | 0.975(5) |  |", learned_blocking.table([self.trained(0.97, 0.98), self.majority],
                                                                                       "even/exponent", 0))


if __name__ == "__main__":
    unittest.main()
