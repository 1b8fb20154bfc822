"""Several lattices in one deck and archive; what a changed model touches. Needs BLOCKSPIN and MPIRUN."""

import re
import tempfile
import unittest
from pathlib import Path

import h5py

from campaign import blockspin

DECK = """[campaign]
archive = run.h5
seed = 2
[model]
lattice = 4x4
[model.ring]
lattice = 12
field = {field}
[sample]
temperatures = 2, 3
configurations = 64
[sample.ring]
model = ring
temperatures = 2, 3
configurations = 64
[thermometer]
hidden = 3
max_iterations = 5
[thermometer.ring]
sample = ring
hidden = 3
max_iterations = 5
[rbm]
hidden = 4
epochs = 1
batch = 16
[rbm.ring]
sample = ring
hidden = 4
epochs = 1
batch = 16
[flow]
rbm = main
start = 2
walkers = 40
steps = 2
[flow.ring]
rbm = ring
thermometer = ring
start = 2
walkers = 40
steps = 2
[decimation]
couplings = 0.5
steps = 2
"""


class Models(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.deck = Path(scratch.name) / "deck.ini"

    def run_deck(self, text, *options, ranks=1, command="run"):
        self.deck.write_text(text, encoding="utf-8")
        return blockspin(command, self.deck, *options, ranks=ranks)

    def test_one_archive_holds_several_lattices(self):
        done = self.run_deck(DECK.format(field=0.5), ranks=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.deck.parent / "run.h5") as file:
            for stage in ("sample", "rbm", "flow", "thermometer"):
                self.assertEqual(file[f"{stage}/main"].attrs["model.lattice"], "4x4")
                self.assertEqual(file[f"{stage}/ring"].attrs["model.lattice"], "12")
                self.assertEqual(file[f"{stage}/ring"].attrs["model.field"], "0.5")
            self.assertEqual(file["rbm/ring/layer_1/weights"].shape, (12, 4))
            self.assertNotIn("model.lattice", file["decimation/main"].attrs, "no model enters it")

    def test_a_changed_model_touches_only_what_uses_it(self):
        self.assertEqual(self.run_deck(DECK.format(field=0)).returncode, 0)
        changed = self.run_deck(DECK.format(field=0.25), "--resume")
        self.assertEqual(changed.returncode, 4, changed.stderr)
        refused = set(re.findall(r"h5: (\w+\.\w+)\.model\.field", changed.stderr))
        self.assertEqual(refused, {"sample.ring", "thermometer.ring", "rbm.ring", "flow.ring"}, changed.stderr)

    def test_a_model_that_no_stage_uses_is_warned_about(self):
        done = self.run_deck(DECK.format(field=0) + "[model.spare]\nlattice = 8x8\n", command="check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[model.spare]: no stage uses it", done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
