"""Configurations and machines that other programs made: every form of file teaches a machine the same bytes, and whatever
is wrong with a file ends in exit code 4 and one message, on any number of ranks."""

import tempfile
import unittest
from pathlib import Path

import campaign
import h5py
import numpy as np

HEAD = "[campaign]\narchive = run.h5\nseed = 3\n[model]\nlattice = 5x5\n"
SAMPLE = "[sample]\ntemperatures = 2, 3\nconfigurations = 40\n"
MACHINE = "[rbm]\nsample = {}\nhidden = 6\nepochs = 2\nbatch = 20\n"


def unpacked(packed, n_sites):
    """0 and 1, [..., site]."""
    return np.unpackbits(packed, axis=-1, count=n_sites, bitorder="little")


class Decks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def deck(self, text, name="deck.ini"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run_deck(self, text, archive, ranks=None):
        return campaign.run_deck(self.deck(text), self.folder / archive, ranks)

    def save(self, name, array):
        np.save(self.folder / name, array)

    def ends_with(self, code, text, message, command="run", ranks=(None, 3), options=()):
        for n in ranks:
            done = campaign.blockspin(command, self.deck(text), *options, ranks=n)
            self.assertEqual(code, done.returncode, f"{text}\n{done.stdout}{done.stderr}")
            self.assertEqual(1, done.stderr.count("blockspin: error"), done.stderr)
            self.assertIn(message, done.stderr)


class SameMachine(Decks):
    """A sample's own configurations, exported and imported again."""

    def setUp(self):
        super().setUp()
        self.run_deck(HEAD + SAMPLE + MACHINE.format("main"), "sample.h5")
        with h5py.File(self.folder / "sample.h5") as file:
            self.sample = {key: file[f"sample/main/{key}"][()]
                           for key in ("temperature", "configuration", "energy", "magnetization")}
            self.weights = file["rbm/main/layer_1/weights"][()]
        self.bits = unpacked(self.sample["configuration"], 25)
        self.spins = 2 * self.bits.astype(np.int8) - 1

    def imports(self, forms, ranks=1, expected=None):
        """Imports {name: keys} in one deck: each has the bytes of the sample, or of `expected`."""
        text = HEAD + "".join(f"[import.{name}]\n{keys}\n" for name, keys in forms.items())
        archive = campaign.run_deck(self.deck(text), self.folder / "import.h5", ranks, "--overwrite")
        with h5py.File(archive) as file:
            for name in forms:
                if expected is not None:
                    np.testing.assert_array_equal(expected, file[f"import/{name}/configuration"][()], name)
                    continue
                for key, values in self.sample.items():
                    np.testing.assert_array_equal(values, file[f"import/{name}/{key}"][()], f"{name}: {key}")

    def teaches_the_same(self, keys):
        text = HEAD + f"[import.own]\n{keys}\n" + MACHINE.format("own")
        archive = campaign.run_deck(self.deck(text), self.folder / "machine.h5", None, "--overwrite")
        with h5py.File(archive) as file:
            np.testing.assert_array_equal(self.weights, file["rbm/main/layer_1/weights"][()])

    def test_every_form(self):
        arrays = {"spin": self.spins, "binary": self.bits, "float": self.spins.astype(np.float32), "bool": self.bits.astype(bool),
                  "wide": self.spins.astype(np.int64), "blocks": self.spins.reshape(80, 25),
                  "lattice": self.spins.reshape(2, 40, 5, 5), "packed": self.sample["configuration"]}
        forms = {}
        for name, array in arrays.items():
            self.save(f"{name}.npy", array)
            encoding = {"binary": "auto", "bool": "binary", "packed": "packed", "wide": "spin"}.get(name, "auto")
            forms[name] = f"file = {name}.npy\nencoding = {encoding}\ntemperatures = 2, 3"
        np.savetxt(self.folder / "plain.txt", self.spins.reshape(80, 25), fmt="%d", header="spins")
        np.savetxt(self.folder / "long.txt", self.bits.reshape(80, 25))  # 1.000e+00
        text = (self.folder / "long.txt").read_text(encoding="utf-8")
        (self.folder / "long.txt").write_text("\n# a comment\n\n" + text.replace("\n", "\r\n\r\n").rstrip(), encoding="utf-8")
        with h5py.File(self.folder / "own.h5", "w") as file:
            file.create_dataset("a/spins", data=self.spins.reshape(80, 25), compression="gzip", chunks=(7, 25))
            file["a/bools"] = self.bits.reshape(80, 5, 5).astype(bool)
            file["a/temperature"] = self.sample["temperature"]
            file["names"] = "text beside it"
        for name in ("plain", "long"):
            forms[name] = f"file = {name}.txt\ntemperatures = 2, 3"
        forms["gzip"] = "file = own.h5\ndataset = a/spins\ntemperatures = 2, 3"
        forms["bools"] = "file = own.h5\ndataset = a/bools\ntemperatures = 2, 3"
        forms["archive"] = ("file = sample.h5\ndataset = sample/main/configuration\nencoding = packed\n"
                            "temperatures = sample/main/temperature")
        for ranks in (None, 3):
            self.imports(forms, ranks)
        for name in ("spin", "binary", "plain", "gzip", "packed"):
            self.teaches_the_same(forms[name])

    def test_labels(self):
        labels = np.repeat(self.sample["temperature"], 40)
        order = np.random.default_rng(1).permutation(80)
        sorted_again = order[np.argsort(labels[order], kind="stable")]
        expected = self.sample["configuration"].reshape(80, -1)[sorted_again].reshape(2, 40, -1)
        self.save("own.npy", self.spins.reshape(80, 25)[order])
        self.save("labels.npy", labels[order])
        with h5py.File(self.folder / "own.h5", "w") as file:
            file["spins"], file["t"] = self.spins.reshape(80, 25)[order], labels[order]
        forms = {"npy": "file = own.npy\ntemperatures = labels.npy",
                 "hdf5": "file = own.h5\ndataset = spins\ntemperatures = t"}
        for ranks in (None, 3):
            self.imports(forms, ranks, expected)

    def test_observables(self):
        self.save("own.npy", self.spins)
        archive = self.run_deck(HEAD + "[import.own]\nfile = own.npy\ntemperatures = 2, 3\n", "import.h5")
        m = self.spins.reshape(2, 40, 25).mean(axis=-1)
        with h5py.File(archive) as file:
            observables = file["import/own/observables"]
            np.testing.assert_allclose(self.sample["energy"].mean(axis=1), observables["energy/mean"], rtol=1e-12)
            np.testing.assert_allclose(np.abs(m).mean(axis=1), observables["abs_magnetization/mean"], rtol=1e-12)
            self.assertTrue((observables["energy/error"][()] > 0).all())

    def test_a_changed_file_is_refused(self):
        self.save("own.npy", self.spins)
        text = HEAD + "[import.own]\nfile = own.npy\ntemperatures = 2, 3\n"
        archive = self.run_deck(text, "run.h5")
        before = campaign.fingerprint(archive)
        campaign.run_deck(self.deck(text), archive, None, "--resume")
        self.spins[0, 0, 0] *= -1
        self.save("own.npy", self.spins)
        for ranks in (None, 2):
            done = campaign.blockspin("run", self.deck(text), "--resume", ranks=ranks)
            self.assertEqual(4, done.returncode, done.stderr)
            self.assertRegex(done.stderr, "import.own.file_hash: '[0-9a-f]+' now, '[0-9a-f]+' in the archive")
        self.assertEqual([], campaign.differences(before, campaign.fingerprint(archive)))


class WrongFiles(Decks):
    def refused(self, keys, message, command="run", ranks=(None,)):
        self.ends_with(4, HEAD + f"[import.own]\n{keys}\n", message, command, ranks)
        self.assertFalse((self.folder / "run.h5").exists())

    def test_values(self):
        spins = np.ones((90, 25))
        spins[::2] = -1
        for value, shown in ((2, "2"), (0.5, "0.5"), (np.nan, "nan"), (np.inf, "inf"), (-3, "-3")):
            wrong = spins.copy()
            wrong[71, 4] = wrong[80, 2] = value
            self.save("own.npy", wrong)
            with self.subTest(value=value):
                self.refused("file = own.npy", f"own.npy: row 71 (counted from 0): unit 4 is {shown}; allowed: -1 and 1",
                             ranks=(None, 3) if value == 2 else (None,))
        self.save("own.npy", spins)
        self.refused("file = own.npy\nencoding = binary", "own.npy: row 0 (counted from 0): unit 0 is -1; allowed: 0 and 1")
        spins[33, 7] = 0
        self.save("own.npy", spins)
        self.refused("file = own.npy\nencoding = spin", "row 33 (counted from 0): unit 7 is 0; allowed: -1 and 1")
        self.refused("file = own.npy", "row 0 (counted from 0) has a -1, and row 33 has a 0", ranks=(None, 3))
        packed = np.zeros((10, 4), np.uint8)
        packed[6, 3] = 2
        self.save("own.npy", packed)
        self.refused("file = own.npy\nencoding = packed", "row 6 (counted from 0): byte 3 is 2; allowed: bytes, 0 to 255")

    def test_rows_in_any_order_of_labels(self):
        spins = np.ones((6, 25))
        spins[2, 3] = spins[4, 1] = 5  # in the archive's order row 4 comes first
        self.save("own.npy", spins)
        self.save("t.npy", np.array([1.0, 2, 2, 1, 1, 2]))
        self.refused("file = own.npy\ntemperatures = t.npy", "row 2 (counted from 0): unit 3 is 5", ranks=(None, 3))

    def test_text(self):
        rows = [["1"] * 25 for _ in range(60)]
        rows[41] = ["1"] * 24
        rows[50][3] = "x"

        def write():
            (self.folder / "own.txt").write_text("\n".join(" ".join(row) for row in rows), encoding="utf-8")

        write()
        self.refused("file = own.txt", "own.txt: row 41 (counted from 0): has 24 numbers, and row 0 has 25", ranks=(None, 3))
        rows[41] = ["1"] * 26
        write()
        self.refused("file = own.txt", "row 41 (counted from 0): has 26 numbers, and row 0 has 25")
        rows[41] = ["1"] * 25
        write()
        self.refused("file = own.txt", "row 50 (counted from 0): 'x' is no number")
        rows[20][0] = "4"
        write()
        self.refused("file = own.txt", "row 20 (counted from 0): unit 0 is 4")
        (self.folder / "own.txt").write_text("# nothing\n\n", encoding="utf-8")
        self.refused("file = own.txt\ntemperatures = none", "holds no configurations: its shape is 0x0")

    def test_shapes(self):
        for shape, message in (((10, 24), "the numbers' shape is 10x24, which is not that of configurations of a lattice 5x5"),
                               ((25,), "the numbers' shape is 25, which is not"),
                               ((0, 25), "holds no configurations: its shape is 0x25"),
                               ((2, 2, 2, 25), "the numbers' shape is 2x2x2x25, which is not"),
                               ((3, 4, 25), "its first axis has 3 entries, and there are 2 temperatures"),
                               ((5, 25), "5 configurations are not equally many at each of 2 temperatures")):
            self.save("own.npy", np.ones(shape, np.int8))
            for command in ("run", "check"):
                with self.subTest(shape=shape, command=command):
                    self.refused("file = own.npy\ntemperatures = 2, 3", message, command=command)

    def test_labels(self):
        self.save("own.npy", np.ones((6, 25), np.int8))
        for labels, message in (([1, 1, 2, 2, 3], "there are 5 labels, and 6 configurations"),
                                ([1, 1, 2, 2, 2, 2], "labels give 2 configurations to temperature 1, and 4 to 2"),
                                ([1, 1, 2, 2, np.nan, 3], "labels.npy: row 4 (counted from 0): nan is not a temperature"),
                                ([1, 1, 2, 2, -1, 3], "labels.npy: row 4 (counted from 0): -1 is not a temperature"),
                                ([[1, 1, 1], [2, 2, 2]], "labels are one number a configuration")):
            self.save("labels.npy", np.array(labels, float))
            with self.subTest(labels=labels):
                self.refused("file = own.npy\ntemperatures = labels.npy", message)
        self.refused("file = own.npy\ntemperatures = none.npy",
                     "deck.ini:8: import.own.temperatures: " + str(self.folder / "none.npy") + ": cannot open the file")

    def test_labels_beyond_all_temperatures(self):
        self.save("own.npy", np.ones((4, 25), np.int8))
        for label, shown in ((1e-9, "1e-09"), (1e13, "10000000000000")):
            self.save("labels.npy", np.array([1, 1, label, label]))
            for command in ("check", "run"):
                self.refused("file = own.npy\ntemperatures = labels.npy",
                             f"labels.npy: row 2 (counted from 0): {shown} is not a temperature; allowed: 0, 1e-6 to 1e12, inf",
                             command, (None, 3))

    def test_names_that_are_no_path_of_labels(self):
        self.save("own.npy", np.ones((4, 25), np.int8))
        np.savez(self.folder / "labels.npz", np.ones(4))
        for name in ("~/labels.npy", "$HOME/labels.npy"):
            self.ends_with(3, HEAD + f"[import.own]\nfile = own.npy\ntemperatures = {name}\n", "~ and $ are not replaced",
                           "check", (None,))
        self.ends_with(3, HEAD + "[import.own]\nfile = own.npy\ntemperatures = 2,3.npy\n",
                       "or the name, without comma and colon, of a dataset or file of labels", "check", (None,))
        self.refused("file = own.npy\ntemperatures = labels.npz", "labels.npz: is a .npz file", "check")
        self.refused("file = labels.npz", "labels.npz: is a .npz file", "check")

    def test_labels_at_any_path(self):
        self.save("own.npy", np.ones((4, 25), np.int8))
        (self.folder / "deep").mkdir()
        self.save("deep/labels.npy", np.array([1.0, 1, 2, 2]))
        self.save("2labels.npy", np.array([1.0, 1, 2, 2]))
        for name in ("./deep/labels.npy", "2labels.npy", f"{self.folder}/2labels.npy"):
            self.run_deck(HEAD + f"[import.own]\nfile = own.npy\ntemperatures = {name}\n", "labels.h5", 1)
            (self.folder / "labels.h5").unlink()
        self.ends_with(3, HEAD + "[import.own]\nfile = own.npy\ntemperatures = 1, x\n", "'x' is not a number", ranks=(None,))

    def test_the_ground_state_alone_has_temperature_0(self):
        spins = np.ones((4, 25), np.int8)
        spins[0] = -1
        self.save("own.npy", spins)
        self.run_deck(HEAD + "[import.own]\nfile = own.npy\ntemperatures = 0, 2\n", "cold.h5", 2)
        spins[1, 7] = -1
        self.save("own.npy", spins)
        self.refused("file = own.npy\ntemperatures = 0, 2", "row 1 (counted from 0) is of temperature 0 and no ground state",
                     ranks=(None, 3))

    def test_the_deck_and_every_file_have_their_lines(self):
        two = HEAD + "[import.own]\nfile = absent.npy\n[import.other]\nfile = missing.npy\n"
        done = campaign.blockspin("check", self.deck(two))
        self.assertEqual(4, done.returncode, done.stderr)
        for line, stage, name in ((7, "own", "absent.npy"), (9, "other", "missing.npy")):
            self.assertIn(f"deck.ini:{line}: import.{stage}.file: {self.folder / name}: cannot open the file", done.stderr)
        done = campaign.blockspin("check", self.deck(two + "[rbm]\nsample = own\nhidden = 2\nhiden = 3\n"))
        self.assertEqual(3, done.returncode, done.stderr)
        for message in ("absent.npy", "missing.npy", "rbm.hiden: is not a key"):
            self.assertIn(message, done.stderr)

    def test_every_wrong_shape_and_label_has_its_line(self):
        self.save("wide.npy", np.ones((4, 26)))
        self.save("own.npy", np.ones((4, 25)))
        self.save("labels.npy", np.ones(3))
        text = HEAD + ("[import.a]\nfile = wide.npy\n[import.b]\nfile = own.npy\ntemperatures = labels.npy\n"
                       "[import.c]\nfile = own.npy\ntemperatures = 1, 2, 3\n")
        for command in ("check", "run"):
            for ranks in (None, 3):
                done = campaign.blockspin(command, self.deck(text), ranks=ranks)
                self.assertEqual(4, done.returncode, done.stderr)
                for start, message in (("deck.ini:7: import.a.file: ", "wide.npy: the numbers' shape is 4x26"),
                                       ("deck.ini:10: import.b.temperatures: ", "labels.npy: there are 3 labels"),
                                       ("deck.ini:12: import.c.file: ", "own.npy: 4 configurations are not equally many")):
                    line = [line for line in done.stderr.splitlines() if start in line]
                    self.assertEqual(1, len(line), done.stderr)
                    self.assertIn(message, line[0])
        self.assertFalse((self.folder / "run.h5").exists())

    def test_its_own_archive(self):
        archive = campaign.run_deck(self.deck(HEAD + SAMPLE), self.folder / "run.h5", 1)
        before = archive.read_bytes()
        (self.folder / "link.h5").symlink_to("run.h5")
        for name in ("run.h5", "link.h5", f"{self.folder}/../{self.folder.name}/run.h5"):
            text = HEAD + f"[import.own]\nfile = {name}\ndataset = sample/main/configuration\nencoding = packed\n"
            for options in (("--resume",), ("--overwrite",), ()):
                self.ends_with(3, text, "import.own.file: is the archive of this campaign", options=options, ranks=(None, 2))
        linked = text.replace("archive = run.h5", "archive = link.h5").replace(f"file = {name}", "file = run.h5")
        self.ends_with(3, linked, "import.own.file: is the archive of this campaign", options=("--overwrite",), ranks=(None,))
        machine = HEAD + SAMPLE + "[rbm.W]\nhidden = 6\nstart_file = link.h5\nstart_group = rbm/V/layer_1\n"
        for options in (("--resume",), ("--overwrite",)):
            self.ends_with(3, machine, "`start = V` begins with a machine V of this archive", options=options, ranks=(None,))
        self.assertEqual(before, archive.read_bytes())

    def test_a_segment_or_checkpoint_of_its_own_archive(self):
        head = HEAD.replace("seed = 3", "seed = 3\nstorage = segments")
        campaign.run_deck(self.deck(head + SAMPLE), self.folder / "run.h5", 1)
        segment, = (self.folder / "run.h5.segments").iterdir()
        checkpoint = next(self.folder.glob("run.h5.checkpoint-*"))
        before = segment.read_bytes()
        for file in (segment, checkpoint):
            text = head + f"[import.own]\nfile = {file}\ndataset = sample/main/configuration\nencoding = packed\n"
            for options in (("--resume",), ("--overwrite",)):
                self.ends_with(3, text, "import.own.file: is the archive of this campaign", options=options, ranks=(None,))
        self.assertEqual(before, segment.read_bytes())

    def test_a_name_that_the_archive_has(self):
        archive = campaign.run_deck(self.deck(HEAD + SAMPLE), self.folder / "run.h5", 1)
        self.save("own.npy", np.ones((4, 25), np.int8))
        text = HEAD + "[import.main]\nfile = own.npy\n"
        self.ends_with(3, text, "/sample/main of the archive is called so too", options=("--resume",), ranks=(None, 2))
        for file in self.folder.glob("run.h5*"):
            file.unlink()
        self.run_deck(HEAD + "[import.d]\nfile = own.npy\n[rbm]\nsample = d\nhidden = 2\nbatch = 4\n", "run.h5")
        for text in (SAMPLE.replace("[sample]", "[sample.d]") + "[rbm]\nsample = d\nhidden = 2\nbatch = 4\n",
                     SAMPLE + "[block.d]\nsample = main\nfactor = 3\nlevels = 1\n"):  # [block.d] stands for d_l1 alone
            self.ends_with(3, HEAD + text, "/import/d of the archive is called so too", options=("--resume",), ranks=(None,))

    def test_files(self):
        self.refused("file = absent.npy", "absent.npy: cannot open the file: No such file", ranks=(None, 3))
        self.refused("file = .", "is a directory, not a file")
        self.save("own.npy", np.ones((6, 25), np.int8))
        self.refused("file = own.npy\ndataset = spins", "is no HDF5 file, and cannot have a dataset 'spins'")
        whole = (self.folder / "own.npy").read_bytes()
        (self.folder / "own.npy").write_bytes(whole[:-1])
        self.refused("file = own.npy", "holds 149 bytes of numbers, and its shape 6x25 says 150")
        for array, message in ((np.ones((6, 25), np.complex64), "is of type '<c8'"), (np.ones((6, 25), ">f8"), "is of type '>f8'"),
                               (np.asfortranarray(np.ones((6, 25))), "is stored column by column")):
            self.save("own.npy", array)
            self.refused("file = own.npy", message)
        with h5py.File(self.folder / "own.h5", "w") as file:
            file["spins"], file["words"] = np.ones((6, 25)), ["a", "b"]
        self.refused("file = own.h5", "is an HDF5 file, and no dataset is named; the file has spins, words")
        self.refused("file = own.h5\ndataset = spin", "has no dataset 'spin'; the file has spins, words")
        self.refused("file = own.h5\ndataset = words", "the dataset words is not of numbers")
        whole = (self.folder / "own.h5").read_bytes()
        (self.folder / "own.h5").write_bytes(whole[:1000])
        self.refused("file = own.h5\ndataset = spins", "own.h5")


class WithoutModel(Decks):
    """Pictures: units that are no spins of a model."""

    CAMPAIGN = "[campaign]\narchive = run.h5\nseed = 3\n"

    def setUp(self):
        super().setUp()
        # Bars and stripes of 4x4: the simplest pictures there are.
        bars = np.unpackbits(np.arange(16, dtype=np.uint8)[:, None], axis=1, count=8)[:, 4:]
        horizontal = np.repeat(bars[:, :, None], 4, axis=2)
        self.save("bars.npy", np.concatenate([horizontal, horizontal.transpose(0, 2, 1)] * 8).reshape(256, 16))

    def test_a_machine_its_fields_and_its_likelihood(self):
        text = (self.CAMPAIGN + "[import.bars]\nfile = bars.npy\nmodel = none\nlattice = 4x4\n"
                "[rbm]\nsample = bars\nhidden = 8\nunits = binary\nepochs = 3\nbatch = 32\n"
                "[receptive_field]\nrbm = main\nwindow = 2\n[spectrum]\nrbm = main\n[likelihood]\nrbm = main\n"
                "[reconstruction]\nrbm = main\nconfigurations = 16\nexamples = 2\n")
        one, three = (campaign.fingerprint(self.run_deck(text, f"{n}.h5", n)) for n in (None, 3))
        self.assertEqual([], campaign.differences(one, three))
        with h5py.File(self.folder / "None.h5") as file:
            self.assertEqual((1, 256, 2), file["import/bars/configuration"].shape)
            self.assertNotIn("energy", file["import/bars"])
            self.assertTrue(np.isnan(file["import/bars/temperature"][()]).all())
            likelihood = file["likelihood/main"]
            self.assertTrue(np.isfinite(likelihood["learned/log_likelihood/mean"][()]).all())
            # All pictures were learned, and no model is known to draw others from.
            self.assertEqual("none", likelihood.attrs["auto.sample"])
            self.assertTrue(np.isnan(likelihood["log_likelihood/mean"][()]).all())

    def test_pictures_that_are_held_out_judge_a_machine(self):
        text = (self.CAMPAIGN + "[import.bars]\nfile = bars.npy\nmodel = none\n"
                "[rbm]\nsample = bars\nhidden = 8\nepochs = 3\nbatch = 32\nheld_out = 0.25\n[likelihood]\nrbm = main\n")
        self.run_deck(text, "held_out.h5")
        with h5py.File(self.folder / "held_out.h5") as file:
            likelihood = file["likelihood/main"]
            self.assertEqual("held_out", likelihood.attrs["auto.sample"])
            for path in ("log_likelihood", "learned/log_likelihood", "gap/log_likelihood"):
                self.assertTrue(np.isfinite(likelihood[f"{path}/mean"][()]).all(), path)

    def test_what_needs_more_says_so(self):
        free = self.CAMPAIGN + "[import.bars]\nfile = bars.npy\nmodel = none\n"
        placed = free + "lattice = 4x4\n"
        machine = "[rbm]\nsample = bars\nhidden = 8\nepochs = 1\n"
        wanting = "is of units without places on a lattice"
        for text, message in ((placed + "[thermometer]\nsample = bars\n", "/import/bars has no temperatures to learn"),
                              (free + machine + "[receptive_field]\nrbm = main\nwindow = 2\n", wanting),
                              (free + machine + "[spectrum]\nrbm = main\n", wanting),
                              (free + machine + "[reconstruction]\nrbm = main\n", wanting),
                              (placed + machine + "[mapping]\nrbm = main\ntemperature = 2\n", "/import/bars is of no model"),
                              (placed + "[rbm]\nsample = bars\nhidden = 8\ntemperatures = 2\n", "/import/bars has no temperatures")):
            with self.subTest(text=text):
                done = campaign.blockspin("check", self.deck(text))
                self.assertEqual(3, done.returncode, done.stdout + done.stderr)
                self.assertIn(message, done.stderr)

    def test_units_must_be_as_many(self):
        self.save("few.npy", np.ones((20, 9), np.int8))
        self.save("labelled.npy", np.ones((2, 20, 9), np.int8))
        head = (self.CAMPAIGN + "[import.bars]\nfile = bars.npy\nmodel = none\nlattice = 4x4\n"
                "[import.few]\nfile = few.npy\nmodel = none\nlattice = 3x3\n"
                "[import.labelled]\nfile = labelled.npy\nmodel = none\nlattice = 3x3\ntemperatures = 1, 2\n"
                "[rbm]\nsample = bars\nhidden = 4\nepochs = 1\n[thermometer]\nsample = labelled\n")
        for text, message in (
                ("[reconstruction]\nrbm = main\nsample = few\nconfigurations = 20\n",
                 "reconstruction.sample: /import/few is of 9 units on a lattice 3x3; allowed: what is of 16 units on a lattice 4x4"),
                ("[flow]\nrbm = main\nstart = random\n", "flow.thermometer: /import/labelled is of 9 units")):
            with self.subTest(text=text):
                self.ends_with(3, head + text, message, command="check", ranks=(None,))

    def test_the_archive_alone_knows_its_import(self):
        first = self.CAMPAIGN + "[import.bars]\nfile = bars.npy\nmodel = none\nlattice = 4x4\n"
        archive = self.run_deck(first, "run.h5")
        (self.folder / "bars.npy").unlink()
        later = self.CAMPAIGN + "[rbm]\nsample = bars\nhidden = 8\nepochs = 1\n[receptive_field]\nrbm = main\nwindow = 2\n"
        campaign.run_deck(self.deck(later), archive, None, "--resume")
        with h5py.File(archive) as file:
            self.assertEqual((16, 8), file["rbm/main/layer_1/weights"].shape)


class ModelWithoutTemperatures(Decks):
    def test_a_likelihood_without_comparison(self):
        self.save("own.npy", np.where(np.random.default_rng(3).random((60, 25)) < 0.5, 1, -1))
        text = HEAD + "[import.own]\nfile = own.npy\n" + MACHINE.format("own") + "[likelihood]\nrbm = main\n"
        with h5py.File(self.run_deck(text, "run.h5")) as file:
            self.assertTrue(np.isfinite(file["likelihood/main/learned/log_likelihood/mean"][()]).all())
            self.assertTrue(np.isnan(file["likelihood/main/learned/kl_divergence/mean"][()]).all())


if __name__ == "__main__":
    unittest.main()
