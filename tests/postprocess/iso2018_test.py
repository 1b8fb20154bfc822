"""The study of Iso, Shiba and Yokoo in short, with a training seed of its own, agrees with the tables of the whole study;
a machine trained otherwise does not."""

import csv
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign
from blockspin.iso2018 import __main__ as report
from blockspin.iso2018 import ends

DECK = campaign.ROOT / "input/iso2018_short.ini"
REFERENCE = campaign.ROOT / "postprocess/reference/iso2018_ends.csv"
SEED = 20180306  # not that of the reference
FALSE_ALARM = 1e-6  # of each comparison


def reference():
    """Rows of type V at 10 epochs, trained several times, of machines no larger than the lattice (larger ones vary more):
    {hidden: (mean, standard deviation, trainings)}."""
    with REFERENCE.open() as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {int(row["hidden"]): (float(row["energy_temperature"]), float(row["energy_temperature_std"]),
                                     int(row["machines"]))
                for row in rows if (row["family"], row["lattice"], row["epoch"], row["learning_rate"], row["dynamics"],
                                    row["steps"]) == ("V", "10x10", "10", "0.01", "sampled", "100")
                and int(row["machines"]) > 1 and int(row["hidden"]) <= 100}


def student_quantile(two_sided, freedom):
    """|t| that Student's distribution exceeds with this probability, by integrating its density."""
    t = np.linspace(0, 200, 2_000_001)
    density = (1 + t**2 / freedom) ** (-(freedom + 1) / 2)
    density *= math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    beyond = 1 - 2 * (np.cumsum(density) - density / 2 - density[0] / 2) * (t[1] - t[0])  # trapezoids from 0
    return t[np.argmax(beyond < two_sided)]


def pull(end, hidden):
    """How far a new training's end is from the reference's, over the threshold: above 1 with probability FALSE_ALARM.
    The spread between trainings is taken to be the same at all numbers of hidden units (pooled variance)."""
    known = reference()
    freedom = sum(n - 1 for _, _, n in known.values())
    spread = math.sqrt(sum((n - 1) * std**2 for _, std, n in known.values()) / freedom)
    mean, _, n = known[hidden]
    return abs(end - mean) / (spread * math.sqrt(1 + 1 / n)) / student_quantile(FALSE_ALARM, freedom)


def run(name, *options):
    path = campaign.run_deck(DECK, Path(folder.name) / name, 2, "--set", f"campaign.seed={SEED}", *options)
    with blockspin.open_archive(path) as archive:
        return path, {(g.family, g.hidden): g for g in ends.grouped(ends.read(archive))}


def setUpModule():
    global folder, path, groups
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    path, groups = run("short.h5")


class Agreement(unittest.TestCase):
    def test_ends_of_type_v_are_those_of_the_tables(self):
        for hidden in (16, 64):
            self.assertLess(pull(groups["V", hidden].mean(), hidden), 1, f"{hidden} hidden units")

    def test_a_machine_trained_otherwise_is_seen(self):
        _, faulty = run("fault.h5", "--set", "rbm.V.learning_rate=0.003")
        self.assertGreater(max(pull(faulty["V", hidden].mean(), hidden) for hidden in (16, 64)), 1)

    def test_starts_meet_and_types_keep_to_their_temperatures(self):
        for key, group in groups.items():
            self.assertGreaterEqual(group.ends[0].met, 0, key)
        self.assertLess(groups["L", 64].mean("mean_temperature"), 1.2)
        self.assertGreater(groups["H", 64].mean("mean_temperature"), 4)

    def test_the_end_is_no_ising_state(self):
        with blockspin.open_archive(path) as archive:
            from blockspin.iso2018 import patterns, verdicts
            true, _ = patterns.excess(archive.sample().configurations(2.25))
            rows = verdicts.all_verdicts([archive], list(groups.values()))
        self.assertGreater(true, 0.05)
        self.assertLess(groups["V", 64].mean("nearest_neighbour_excess"), true / 5)
        self.assertGreater(len({claim for claim, *_ in rows}), 5)
        for claim, setting, value, _, _ in rows:
            self.assertTrue(np.isfinite(value), f"{claim}: {setting}")

    def test_the_report_is_written(self):
        with blockspin.open_archive(path) as archive:
            written = list(report.report([archive], Path(folder.name)))
        self.assertGreaterEqual(len(written), 7)
        for file in written:
            self.assertGreater(file.stat().st_size, 0, file)


class Threshold(unittest.TestCase):
    def test_students_quantiles_are_those_of_tables(self):
        self.assertAlmostEqual(student_quantile(0.05, 4), 2.776445, delta=2e-4)  # the grid's step is 1e-4
        self.assertAlmostEqual(student_quantile(0.001, 24), 3.745399, delta=2e-4)


if __name__ == "__main__":
    unittest.main()
