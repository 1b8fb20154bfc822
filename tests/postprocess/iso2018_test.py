"""The study of Iso, Shiba and Yokoo in short, with a training seed of its own, agrees with the tables of the whole study;
a machine trained otherwise does not."""

import csv
import math
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

import blockspin
import campaign
from blockspin import exact, seeds
from blockspin.iso2018 import __main__ as report
from blockspin.iso2018 import ends, equilibrium, patterns, readings, verdicts

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


def pull(end, hidden):
    """How far a new training's end is from the reference's, over the threshold: above 1 with probability FALSE_ALARM.
    The spread between trainings is taken to be the same at all numbers of hidden units (pooled variance)."""
    known = reference()
    spread, freedom = seeds.pooled([(std, n) for _, std, n in known.values()])
    mean, _, n = known[hidden]
    return abs(end - mean) / (spread * math.sqrt(1 + 1 / n)) / seeds.student_quantile(FALSE_ALARM, freedom)


def run(name, *options):
    path = campaign.run_deck(DECK, Path(folder.name) / name, 2, "--set", f"campaign.seed={SEED}", *options)
    with blockspin.open_archive(path) as archive:
        return path, {(g.family, g.hidden): g for g in ends.grouped(ends.read(archive))}


def setUpModule():
    global folder, path, groups
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    path, groups = run("short.h5")


def exact_by_sign(machine):
    """(share of M > 0, energies per spin of M > 0 and of M < 0) of a machine of 16 hidden units on 10x10, by a sum over the hidden
    states: given these the spins are independent, and near all of one sign, so that a thousand draws of each likely state tell
    the sign; the energy of independent spins is exact."""
    weights, b, c = (np.asarray(machine[f"layer_1/{key}"], float) for key in ("weights", "visible_bias", "hidden_bias"))
    states = 2.0 * ((np.arange(1 << 16)[:, None] >> np.arange(16)) & 1) - 1
    fields = states @ weights.T + b
    ln_p = states @ c + np.logaddexp(fields, -fields).sum(1)
    p = np.exp(ln_p - ln_p.max())
    p /= p.sum()
    likely = np.argsort(p)[::-1][:4000]
    p, means = p[likely] / p[likely].sum(), np.tanh(fields[likely])
    random = np.random.default_rng(1)
    sums, shares = np.zeros(2), np.zeros(2)
    for weight, mean in zip(p, means):
        spins = np.where(random.random((200, 100)) < (1 + mean) / 2, 1, -1).reshape(200, 10, 10)
        energy = -(spins * np.roll(spins, 1, 1) + spins * np.roll(spins, 1, 2)).mean((1, 2))
        magnet = spins.sum((1, 2))
        for sign, of_sign in enumerate((magnet > 0, magnet < 0)):
            shares[sign] += weight * of_sign.mean()
            sums[sign] += weight * energy[of_sign].sum() / 200
    return shares[0] / shares.sum(), sums / shares


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

    def test_within_each_sign_the_end_is_the_machines_own_distribution(self):
        """Four differences of less than six errors: a false alarm in 1e-8."""
        with blockspin.open_archive(path) as archive:
            pairs = equilibrium.pairs([archive])
            rows = [row for row in equilibrium.rows([archive]) if row[0] == equilibrium.WITHIN]
            (flow, few, own), (_, _, others) = (members[0] for members in pairs.values())
            with mock.patch.object(equilibrium, "pairs", lambda _: {("V", (10, 10), 16, 10): [(flow, few, others)]}):
                faulty = [row for row in equilibrium.rows([archive]) if row[0] == equilibrium.WITHIN]
        self.assertEqual(4, len(rows))
        self.assertTrue(all(abs(change) < 6 * error for _, _, change, error, _ in rows), rows)
        self.assertTrue(all(abs(change) > 6 * error for _, _, change, error, _ in faulty), "the twin: of another machine")

    def test_weights_of_signs_are_those_of_all_states_of_the_hidden_units(self):
        """16 hidden units, all 65,536 states: the share of M > 0 and the energy of each sign, within six errors."""
        with blockspin.open_archive(path) as archive:
            own = archive.group("generate", "V_h16")
            share, energies = exact_by_sign(archive.machine("V_h16"))
            self.assertLess(abs(equilibrium.share_up(own)[0] - share), 6 * equilibrium.share_up(own)[1])
            mean, error = equilibrium.within_signs(own, 0)
        self.assertLess(abs(mean - energies.mean()), 6 * error)

    def test_the_end_is_no_ising_state(self):
        with blockspin.open_archive(path) as archive:
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
        self.assertGreaterEqual(len(written), 8)
        for file in written:
            self.assertGreater(file.stat().st_size, 0, file)


class Readings(unittest.TestCase):
    """What a flow reads of its starts, step 0, is what the report reads of the same configurations."""

    MEASURES = (("mean_temperature", readings.network_mean), ("bayes_temperature", readings.posterior_mean))

    def read(self, archive, measure, start):
        return measure(archive.group("thermometer", "main"), archive.sample("test").configurations(float(start))).mean()

    def test_both_measures_are_those_of_the_archive(self):
        with blockspin.open_archive(path) as archive:
            flow = archive.flow("V_h16")
            for quantity, measure in self.MEASURES:
                for stored, start in zip(flow[f"{quantity}/mean"][:, 0], flow.starts):
                    self.assertAlmostEqual(stored, self.read(archive, measure, start), places=5)

    def test_other_configurations_are_seen(self):
        with blockspin.open_archive(path) as archive:
            flow = archive.flow("V_h16")
            for quantity, measure in self.MEASURES:
                self.assertGreater(abs(flow[f"{quantity}/mean"][0, 0] - self.read(archive, measure, 2.25)), 0.5)

    def test_the_reading_at_a_sampled_temperature_is_that_of_its_configurations(self):
        with blockspin.open_archive(path) as archive:
            mean, error = readings.at(archive, 2.25)["network's mean"]
            self.assertAlmostEqual(self.read(archive, readings.network_mean, 2.25), mean, places=9)
            self.assertTrue(0 < error < 0.1)


def end(family="V", seed=0, steps=400, value=2.0, gap=0.0, met=30, dynamics="sampled", epoch=100):
    """A made-up end of 64 units; its flow cools by 1e-4 a step."""
    found = ends.End(family, (10, 10), 64, epoch, seed, 0.01, dynamics, f"{family}_s{seed}", steps, met,
                     {"energy_temperature": value}, {"energy_temperature": 0.005}, gap, 0.01)
    found.at = lambda fewer: end(family, seed, fewer, value + (steps - fewer) * 1e-4, gap, met, dynamics, epoch)
    return found


class Groups(unittest.TestCase):
    def test_flows_are_averaged_over_the_steps_all_of_them_have(self):
        common, alone = ends.grouped([end(seed=1), end(seed=0, steps=1000), end(seed=2), end(seed=0, steps=100)])
        self.assertEqual([(3, 400), (1, 1000)], [(g.n, g.steps) for g in (common, alone)])
        self.assertEqual([400] * 3, [one.steps for one in common.ends])
        self.assertAlmostEqual(common.mean(), (2.06 + 2.0 + 2.0) / 3)
        self.assertAlmostEqual(alone.mean(), 2.0)

    def test_the_end_of_a_flows_first_steps_is_that_of_these_steps(self):
        with blockspin.open_archive(path) as archive:
            flow = archive.flow(archive.names("flow")[0])
            whole = ends.end_of(archive, flow)
            part = whole.at(30)
            mean, error = flow.quantity("energy_temperature")
        self.assertEqual(30, part.steps)
        self.assertAlmostEqual(part.mean["energy_temperature"], mean[:, 11:31].mean(), places=12)
        self.assertAlmostEqual(part.gap_error, math.hypot(error[0, 30], error[1, 30]), places=12)
        self.assertNotEqual(part.gap, whole.gap)

    def test_starts_have_met_within_four_errors_and_no_slack(self):
        self.assertTrue(end(gap=0.039).has_end)
        self.assertFalse(end(gap=0.041).has_end)
        self.assertFalse(end(gap=0.0, met=-1).has_end)


class Claims(unittest.TestCase):
    def rows(self, claim, *own):
        return [(row[0], row[2], row[3], row[4]) for row in claim(ends.grouped(list(own)))]

    def test_a_longer_flow_has_a_row_of_its_own_where_the_others_were_too_short(self):
        found = self.rows(verdicts.starts_meet, end(seed=0, steps=1000, met=380), *(end(seed=s, gap=-0.2, met=-1) for s in (1, 2)))
        self.assertEqual(["not within 400 steps", "holds, at 2.00: met at step 380, alike from step 400 on"],
                         [row[-1] for row in found])

    def test_controls_without_an_end_are_told(self):
        found = self.rows(verdicts.controls, end(), end("cd10", gap=-0.3, met=-1))
        self.assertEqual(["no common end within 400 steps"], [row[-1] for row in found])
        self.assertAlmostEqual(found[0][1], -0.3)

    def test_other_dynamics_are_compared_with_the_same_machine(self):
        found = self.rows(verdicts.dynamics, end(seed=0, value=2.0), end(seed=1, value=2.2),
                          end(seed=0, value=2.002, dynamics="mean_field"))
        self.assertEqual(["one end, at 2.00", "holds"], [row[-1].split(";")[0] for row in found])
        self.assertRegex(found[-1][-1], r"; 0\.\d+ would be seen$")

    def test_the_end_is_compared_with_the_mixture_that_was_shown(self):
        """Ordered and random spins in equal parts: energy -1, |m| 0.54, excess near 0."""
        random = np.random.default_rng(5).choice((-1, 1), (2000, 10, 10))
        shown = mock.Mock(lattice=(10, 10), temperature=np.array([0.0, np.inf]))
        shown.configurations = lambda t: random if np.isinf(t) else np.ones((2000, 10, 10), int)
        archive = mock.Mock()
        archive.ensembles.return_value = [shown]
        mixture = {"energy_temperature": exact.energy_temperature(-1.0, (10, 10)), "abs_magnetization": 0.54,
                   "nearest_neighbour_excess": 0.0}
        for change, verdict in ((0.0, "holds"), (0.3, "no")):
            machine = end()
            machine.mean = {quantity: value + change for quantity, value in mixture.items()}
            machine.error = dict.fromkeys(mixture, 0.01)
            found = list(verdicts.end_is_mixture([archive], ends.grouped([machine])))
            self.assertEqual([verdict] * 3, [row[-1] for row in found])

    def test_three_trainings_are_no_certainty(self):
        """A difference of four errors: of 11 degrees of freedom it is no chance, of 2 it is."""
        self.assertTrue(seeds.beyond_chance(4, 1, 11))
        self.assertFalse(seeds.beyond_chance(4, 1, 2))
        self.assertFalse(seeds.beyond_chance(4, 1, 0))
        spread = (-0.05, 0.05)
        other = [end("extremes", s, value=2.1 + d) for s, d in enumerate(spread)]
        self.assertEqual("the same end; 1.4 would be seen", self.rows(verdicts.controls, *(end(seed=s, value=2.0 + d) for s, d in enumerate(spread)),
                                                   *other)[0][-1])  # 2 errors
        self.assertEqual("another end", self.rows(verdicts.controls, *(end(seed=s, value=1.0 + d / 10) for s, d in
                                                                       enumerate(spread)), *other)[0][-1])

    def test_weights_are_compared_with_the_spins_a_machine_learnt_or_not_at_all(self):
        with blockspin.open_archive(path) as archive:
            members = verdicts.by_family(archive)
            self.assertTrue(members)
            self.assertTrue(list(verdicts.products(archive)))
            for spectra in members.values():
                for _, machine in spectra:
                    machine.value = lambda key, default="": "shuffled" if key == "control" else default
            with mock.patch.object(verdicts, "by_family", return_value=members):
                self.assertEqual([], list(verdicts.products(archive)))


class Numbers(unittest.TestCase):
    def test_students_quantiles_are_those_of_tables(self):
        for two_sided, freedom, quantile in ((0.05, 4, 2.776445), (0.001, 24, 3.745399), (0.05, 1, 12.706205),
                                             (0.01, 500, 2.585698), (0.01, 1e8, 2.575829), (0.01, math.inf, 2.575829)):
            self.assertAlmostEqual(seeds.student_quantile(two_sided, freedom), quantile, delta=1e-5)

    def test_welchs_degrees_of_freedom(self):
        error, freedom = seeds.combined([(3.0, 2), (4.0, 5)])
        self.assertAlmostEqual(5, error)
        self.assertAlmostEqual(25**2 / (81 / 2 + 256 / 5), freedom)
        self.assertEqual(math.inf, seeds.combined([(1.0, math.inf)])[1])

    def test_pooled_spread(self):
        spread, freedom = seeds.pooled([(3.0, 2), (4.0, 3), (math.nan, 1)])
        self.assertEqual(3, freedom)
        self.assertAlmostEqual(math.sqrt((9 + 2 * 16) / 3), spread)
        self.assertEqual(0, seeds.pooled([(math.nan, 1)])[1])

    def test_errors_are_written_in_the_last_digits(self):
        self.assertEqual(["151.9(3)", "0.9624(16)", "0.652(4)", "28(3)", "0.5", "0.0330(4)"],
                         [seeds.pm(*pair) for pair in ((151.947, 0.329), (0.96236, 0.00159), (0.6521, 0.0041), (27.64, 3.2),
                                                       (0.5, math.nan), (0.033, 0.0004))])

    def test_training_seeds_of_a_setting_are_one_family(self):
        names = ["l1_0_s1", "l1_0_s2", "units_h16_s1", "bond"]
        self.assertEqual({"l1_0": names[:2], "units_h16": names[2:3], "bond": ["bond"]}, seeds.families(names))
        self.assertEqual([1, 2, 1, 0], [seeds.seed_of(name) for name in names])


if __name__ == "__main__":
    unittest.main()
