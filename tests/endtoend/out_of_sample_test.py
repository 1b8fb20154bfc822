"""D_KL and ln p of machines over configurations that they have not learned, against sums over all states.

Twenty machines, each of a sample of its own, learn too few configurations of 3x3 spins. Over learned ones D_KL looks too
small; over held-out ones, and over ones drawn afresh, its pulls are of unit size."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

import blockspin
import campaign

N = 20
HEAD = "[campaign]\narchive = out.h5\nseed = 11\n[model]\nlattice = 3x3\n"
ONE = """[sample.s{k}]
temperatures = 3
configurations = 200
[rbm.m{k}]
sample = s{k}
hidden = 5
epochs = 60
learning_rate = 0.1
batch = 20
held_out = 0.5
[mapping.held_out{k}]
rbm = m{k}
temperature = 3
[likelihood.held_out{k}]
rbm = m{k}
"""
# Machines that learn all of one sample; what judges each is drawn for it alone.
SEEDS = """[rbm.all]
sample = s1
hidden = 5
epochs = 60
learning_rate = 0.1
batch = 20
seeds = 20
[mapping.all]
rbm = all
temperature = 3
[likelihood.all]
rbm = all
[likelihood.other]
rbm = m1
sample = s2
"""


def setUpModule():
    global folder, archive
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    deck = Path(folder.name) / "out.ini"
    deck.write_text(HEAD + "".join(ONE.format(k=k) for k in range(1, N + 1)) + SEEDS)
    archive = blockspin.open_archive(campaign.run_deck(deck, Path(folder.name) / "out.h5", 2))
    unittest.addModuleCleanup(archive.close)


def pulls(stage, family, mean, error):
    """Of the machines of a family, (D_KL - exact) / error."""
    exact = {name: float(archive.group("mapping", name)["enumerated/kl_divergence"]) for name in archive.names("mapping")}
    groups = [(exact[name], archive.group(stage, name)) for name in archive.names(stage) if name.startswith(family)]
    return np.array([(np.ravel(group[mean])[0] - value) / np.ravel(group[error])[0] for value, group in groups])


class OutOfSample(unittest.TestCase):
    def check(self, family, source):
        for stage, mean, error in (("mapping", "kl_divergence", "kl_divergence_error"),
                                   ("likelihood", "kl_divergence/mean", "kl_divergence/error")):
            with self.subTest(stage=stage):
                for name in archive.names(stage):
                    if name.startswith(family):
                        self.assertEqual(source, archive.group(stage, name).value("auto.sample"))
                judged = pulls(stage, family, mean, error)
                self.assertEqual(N, len(judged))
                # Squares of 20 standard normal pulls: beyond 20 * 1.9^2 with probability 1e-7, below 20 * 0.33^2 with 1e-7.
                self.assertLess(np.sqrt((judged**2).mean()), 1.9)
                self.assertGreater(np.sqrt((judged**2).mean()), 0.33)
                # The twin: over learned configurations, which are seen too favourably.
                learned = pulls(stage, family, f"learned/{mean}", f"learned/{error}")
                self.assertGreater(np.sqrt((learned**2).mean()), 1.9)
                self.assertLess(learned.mean(), 0)

    def test_held_out_configurations(self):
        self.check("held_out", "held_out")

    def test_configurations_drawn_afresh(self):
        self.check("all", "drawn")

    def test_the_gap_is_the_difference(self):
        for name in archive.names("mapping"):
            group = archive.group("mapping", name)
            self.assertAlmostEqual(float(group["gap/kl_divergence"]),
                                   float(group["kl_divergence"]) - float(group["learned/kl_divergence"]), places=9)
            likelihood = archive.group("likelihood", name)
            for quantity in ("kl_divergence", "log_likelihood"):
                np.testing.assert_allclose(likelihood[f"gap/{quantity}/mean"],
                                           likelihood[f"{quantity}/mean"] - likelihood[f"learned/{quantity}/mean"], atol=1e-12)

    def test_another_ensemble_judges_where_it_is_named(self):
        group = archive.group("likelihood", "other")
        self.assertEqual("s2", group.value("sample"))
        own = archive.group("likelihood", "held_out1")
        self.assertEqual(own["learned/kl_divergence/mean"][0], group["learned/kl_divergence/mean"][0])
        self.assertNotEqual(own["kl_divergence/mean"][0], group["kl_divergence/mean"][0])
        self.assertLess(abs(group["kl_divergence/mean"][0] - own["kl_divergence/mean"][0]),
                        8 * np.hypot(group["kl_divergence/error"][0], own["kl_divergence/error"][0]))


if __name__ == "__main__":
    unittest.main()
