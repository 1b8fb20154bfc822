"""Learned filters through the real program: hidden spins have the probabilities of the stored weights; blocking by filters; growing."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign

DECK = Path(__file__).parent / "filter.ini"
# Some ten pulls, each of a mean of many independent numbers: one beyond six errors has a probability below 2e-8.
LARGEST_PULL = 6
FOURTH_ROOT = np.sqrt(2)  # the exact normal at K_c: diagonal over nearest neighbours


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = blockspin.open_archive(campaign.run_deck(DECK, Path(folder.name) / "filter.h5", 1))
    unittest.addModuleCleanup(archive.close)


def configurations(path, shape):
    """[configuration, ...] of all temperatures."""
    packed = np.asarray(archive[f"{path}/configuration"])
    bits = np.unpackbits(packed.reshape(-1, packed.shape[-1]), axis=1, bitorder="little")[:, :np.prod(shape)]
    return 2.0 * bits.reshape(-1, *shape) - 1


def fields(weights, bias, spins, stride):
    """c + sum_d W_d v_(j,d), the window of a block beginning (side - stride) // 2 sites before it."""
    side = weights.shape[-1]
    begin = -((side - stride) // 2)
    axes = tuple(range(1, spins.ndim))
    total = np.full(spins[(slice(None), *[slice(None, None, stride)] * len(axes))].shape, bias)
    for place in np.ndindex(weights.shape):
        moved = np.roll(spins, [-(begin + d) for d in place], axis=axes)
        total += weights[place] * moved[(slice(None), *[slice(None, None, stride)] * len(axes))]
    return total


def filter_of(name, n_dimensions):
    weights = np.asarray(archive[f"filter/{name}/weights"], dtype=float)
    return weights.reshape(weights.shape[3 - n_dimensions:]), float(archive[f"filter/{name}/hidden_bias"][()])


def pull(hidden, field):
    """Of the correlation of hidden spins with their fields, against that of spins with the mean tanh."""
    mean = np.tanh(field)
    return ((hidden - mean) * field).sum() / np.sqrt((field**2 * (1 - mean**2)).sum())


class HiddenSpins(unittest.TestCase):
    CASES = (("first_s1", "sample/main", (16, 16), 2), ("first_s2", "sample/main", (16, 16), 2), ("second_s2", "filter/first_s2", (8, 8), 2),
             ("persistent", "sample/main", (16, 16), 2), ("of_cube", "sample/cube", (12, 12, 12), 3), ("of_chain", "sample/chain", (36,), 2))

    def test_have_the_probabilities_of_the_weights(self):
        for name, learned, shape, stride in self.CASES:
            hidden = configurations(f"filter/{name}", tuple(n // stride for n in shape))
            weights, bias = filter_of(name, len(shape))
            field = fields(weights, bias, configurations(learned, shape), stride)
            self.assertLess(abs(pull(hidden, field)), LARGEST_PULL, name)
            magnetization = np.asarray(archive[f"filter/{name}/magnetization"]).ravel()
            np.testing.assert_allclose(magnetization, hidden.reshape(len(hidden), -1).mean(axis=1), atol=1e-12)

    def test_the_pull_sees_a_window_one_site_off(self):
        weights, bias = filter_of("first_s1", 2)
        spins = np.roll(configurations("sample/main", (16, 16)), 1, axis=2)
        self.assertGreater(abs(pull(configurations("filter/first_s1", (8, 8)), fields(weights, bias, spins, 2))), LARGEST_PULL)

    def test_filters_are_oriented_and_seeds_differ(self):
        for name, *_ in self.CASES:
            self.assertGreaterEqual(np.asarray(archive[f"filter/{name}/weights"]).sum(), 0, name)
        self.assertFalse(np.array_equal(archive["filter/first_s1/weights"], archive["filter/first_s2/weights"]))

    def test_biases_are_those_that_were_asked_for(self):
        self.assertEqual(0, archive["filter/first_s1/hidden_bias"][()])
        self.assertNotEqual(0, archive["filter/persistent/hidden_bias"][()])


class Blocking(unittest.TestCase):
    def test_levels_are_blocked_by_one_filter_after_the_other(self):
        level_1, level_2 = (configurations(f"block/filter_l{n}", (16 >> n, 16 >> n)) for n in (1, 2))
        for hidden, spins, name in ((level_1, configurations("sample/main", (16, 16)), "first_s1"), (level_2, level_1, "second_s1")):
            weights, bias = filter_of(name, 2)
            self.assertLess(abs(pull(hidden, fields(weights, bias, spins, 2))), LARGEST_PULL, name)

    def test_the_normal_is_seen_through_filters(self):
        group = archive.group("mcrg", "filter_s1")
        mean, error = (np.asarray(group[f"even/normal/{which}"])[:, 1] for which in ("mean", "error"))
        self.assertLess(np.abs((mean - FOURTH_ROOT) / error).max(), LARGEST_PULL)
        self.assertGreater(np.abs((mean - 1.2 * FOURTH_ROOT) / error).max(), LARGEST_PULL)


class Growing(unittest.TestCase):
    def test_more_epochs_continue_the_training(self):
        deck = Path(folder.name) / "grown.ini"
        text = """[campaign]
archive = {archive}.h5
seed = 3
[model]
lattice = 8x8
[sample]
temperatures = 2.3
configurations = 200
[filter]
side = 4
epochs = {epochs}
"""
        for name, epochs in (("grown", 2), ("grown", 5), ("once", 5)):
            deck.write_text(text.format(archive=name, epochs=epochs).replace("[filter]", "[filter.f]"), encoding="utf-8")
            campaign.blockspin("run", deck, "--resume")
        once, grown = (campaign.fingerprint(Path(folder.name) / f"{name}.h5") for name in ("once", "grown"))
        self.assertTrue(once)
        self.assertEqual([], campaign.differences(once, grown))


if __name__ == "__main__":
    unittest.main()
