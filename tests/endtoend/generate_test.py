"""What machines make by themselves, through the real program: against enumeration of the machine that stands in the archive."""

import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import campaign

HERE = Path(__file__).parent
LATTICE = (4, 4)


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    archive = h5py.File(campaign.run_deck(HERE / "generate.ini", Path(folder.name) / "generate.h5", 2), "r")
    unittest.addModuleCleanup(archive.close)


def spins_of(group, n_units):
    """[class, configuration, unit] of +-1."""
    bits = np.unpackbits(group["configuration"][()], axis=-1, bitorder="little")[..., :n_units]
    return 2.0 * bits - 1.0


def energies(spins):
    """Per spin, of configurations [..., site]."""
    square = spins.reshape(*spins.shape[:-1], *LATTICE)
    return -(square * (np.roll(square, -1, -1) + np.roll(square, -1, -2))).mean(axis=(-1, -2))


def enumerated(layer):
    """All states of the visible units, and p(v) of a machine of +-1 units: exp(b v) prod_j 2 cosh(c_j + v W_j) / Z."""
    states = np.array([[2 * (k >> i & 1) - 1 for i in range(16)] for k in range(1 << 16)], dtype=float)
    weights, hidden_bias, visible_bias = (np.asarray(layer[key], float) for key in ("weights", "hidden_bias", "visible_bias"))
    fields = states @ weights + hidden_bias
    ln_p = states @ visible_bias + np.log(2 * np.cosh(fields)).sum(axis=1)
    p = np.exp(ln_p - ln_p.max())
    return states, p / p.sum()


class Chains(unittest.TestCase):
    """Bounds of 5.5 standard errors: 4e-8 each, 24 numbers in all."""

    def pulls(self, name, layer):
        states, p = enumerated(layer)
        e, m = energies(states), states.mean(axis=1)
        variance = (p * e * e).sum() - (p * e).sum() ** 2
        exact = {"energy": (p * e).sum(), "abs_magnetization": (p * np.abs(m)).sum(), "magnetization_squared": (p * m * m).sum(),
                 "specific_heat": 16 * variance / 2.5**2}
        found = archive[f"generate/{name}/observables"]
        return [(found[key]["mean"][0] - value) / found[key]["error"][0] for key, value in exact.items()]

    def test_have_the_machines_own_distribution(self):
        for name in ("gibbs", "tempered", "along", "alone"):
            self.assertLess(np.abs(self.pulls(name, archive["rbm/one/layer_1"])).max(), 5.5, name)

    def test_of_a_snapshot_are_of_that_snapshot(self):
        for name, epoch in (("early", 1), ("early_along", 2)):
            self.assertLess(np.abs(self.pulls(name, archive[f"rbm/one/layer_1/snapshot_{epoch}"])).max(), 5.5)
            self.assertGreater(np.abs(self.pulls(name, archive["rbm/one/layer_1"])).max(), 5.5, "the twin: another machine")


class Ensembles(unittest.TestCase):
    def test_energies_are_those_of_their_configurations(self):
        for name in ("gibbs", "down", "few", "hundred"):
            group = archive[f"generate/{name}"]
            spins = spins_of(group, 16)
            np.testing.assert_allclose(group["energy"][()], energies(spins), atol=1e-14)
            np.testing.assert_allclose(group["magnetization"][()], spins.mean(axis=-1), atol=1e-14)
            np.testing.assert_allclose(group["observables/energy/mean"][()], energies(spins).mean(axis=-1), atol=1e-12)

    def test_means_are_of_all_configurations_whatever_the_ladders_of_their_starts(self):
        for name in ("few", "hundred", "down"):
            group = archive[f"generate/{name}"]
            neighbours = group["correlation/mean"][:, 1]
            np.testing.assert_allclose(neighbours, -group["observables/energy/mean"][()] / 2, atol=1e-12, err_msg=name)
            self.assertTrue((group["observables/energy/error"][()] > 0).all(), name)

    def test_what_a_machine_makes_of_ground_states_varies(self):
        found = archive["generate/cold/observables"]
        self.assertTrue((found["energy/error"][()] > 0).all())
        for name in ("specific_heat", "susceptibility", "susceptibility_connected"):
            self.assertEqual([True, False, True], list(np.isnan(found[name]["mean"][()])), name)

    def test_classes_are_those_of_their_starts(self):
        self.assertEqual([2, 3], list(archive["generate/down/temperature"]))
        self.assertTrue(np.isnan(archive["generate/gibbs/temperature"][()]).all())
        self.assertEqual((3, 2000, 1), archive["generate/top/configuration"].shape)
        self.assertNotIn("observables", archive["generate/top"], "hidden units have no places")

    def test_layers_far_from_the_lattice_still_know_the_temperature(self):
        cold, hot = np.abs(archive["generate/down/magnetization"][()]).mean(axis=1)
        self.assertGreater(cold, hot)

    def test_the_exact_model_stands_beside_one_that_learned_one_temperature(self):
        self.assertAlmostEqual(2.5, archive["generate/gibbs/energy_temperature/mean"][0], delta=0.5)
        self.assertTrue(np.isfinite(archive["generate/gibbs/exact/energy"][()]).all())

    def test_exchanges_are_told(self):
        self.assertTrue((archive["generate/tempered/tempering/acceptance"][()] > 0.1).all())
        np.testing.assert_allclose(archive["generate/tempered/tempering/beta"][()], np.linspace(1, 0.2, 4))

    def test_machines_along_the_training_exchange_as_their_weights_say(self):
        way = archive["rbm/one/layer_1/trajectory"]
        n_early = int((way["epoch"][()] < 2).sum())
        self.assertGreater(n_early, 0)
        self.assertGreater(len(way["epoch"]), n_early)
        for name, n in (("along", len(way["epoch"])), ("early_along", n_early)):
            acceptance = archive[f"generate/{name}/trajectory/acceptance"][()]
            self.assertEqual((n + 1,), acceptance.shape)
            end = archive["rbm/one/layer_1" if name == "along" else "rbm/one/layer_1/snapshot_2"]
            last = {key: way[key][n - 1] for key in ("weights", "visible_bias", "hidden_bias")}
            p, q = (enumerated(machine)[1] for machine in (end, last))
            # 1 - accepted share = mean of |p(v) q(w) - p(w) q(v)| / 2, by the distribution of p / q.
            order = np.argsort(p / q)
            below_p, below_q = np.cumsum(p[order]) - p[order], np.cumsum(q[order]) - q[order]
            rejected = (p[order] * below_q - q[order] * below_p).sum()
            self.assertAlmostEqual(1 - rejected, acceptance[0], delta=0.02, msg=name)


class WrongInput(unittest.TestCase):
    def message(self, **keys):
        deck = Path(folder.name) / "wrong.ini"
        lines = "".join(f"{key} = {value}\n" for key, value in {"rbm": "V", **keys}.items())
        deck.write_text(f"{campaign.SMALL_SAMPLE}[rbm.V]\nhidden = 4, 2\nepochs = 1\n[generate.g]\n{lines}")
        done = campaign.blockspin("check", deck)
        self.assertEqual(3, done.returncode, keys)
        return done.stderr

    def test_names_its_key(self):
        for words, keys in (("layer: /rbm/V has 2 layers", {"layer": 3}),
                            ("machine: /rbm/V has 2 layers", {"machine": 3}),
                            ("machine: /rbm/V has 2 layers, and layer 2", {"layer": 2, "machine": 1}),
                            ("configurations: chains (3)", {"configurations": 100, "chains": 3}),
                            ("chains: is more than", {"start": "data", "chains": 1000, "configurations": 1000}),
                            ("temperatures: 2.5 is not one", {"start": "data", "temperatures": 2.5}),
                            ("replicas: is set, but has no effect", {"replicas": 3}),
                            ("temperatures: is set, but has no effect", {"temperatures": 2}),
                            ("method: /rbm/V keeps no machines along its training", {"method": "trajectory"}),
                            ("epoch: ", {"epoch": 7}),
                            ("rbm: ", {"rbm": "nobody"})):
            self.assertIn(words, self.message(**keys))


if __name__ == "__main__":
    unittest.main()
