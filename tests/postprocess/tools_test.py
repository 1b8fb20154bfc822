"""Archives in the tools of the field: netCDF's, xarray's two engines, HDF5's own. What is not installed is skipped by name."""

import importlib.util
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

import campaign

DECK = campaign.ROOT / "tests/disturbance/every_stage.ini"


def setUpModule():
    global scratch, archives
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    (scratch / "small.ini").write_text(campaign.SMALL_SAMPLE + "[rbm]\nhidden = 4\nepochs = 2\nbatch = 20\n", encoding="utf-8")
    archives = {"single": campaign.run_deck(DECK, scratch / "single.h5", 1),
                "segments": campaign.run_deck(scratch / "small.ini", scratch / "segments.h5", 1, "--set", "campaign.storage=segments")}


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), f"{tool} is not installed")


def needs_module(*names):
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return unittest.skipIf(missing, f"{', '.join(missing)} is not installed")


def output(*command):
    """What a tool prints; it must end well."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"{command} ended with {done.returncode}: {done.stderr[-1000:]}"
    return done.stdout


def datasets(path):
    """{path: dataset's axes by their scales} of all groups of stages."""
    found = {}
    with h5py.File(path) as file:
        for stage in set(file) - {"provenance"}:
            for name, group in file[stage].items():
                group.visititems(lambda below, thing, at=f"{stage}/{name}": found.update(
                    {f"{at}/{below}": [[scale.name for scale in axis.values()] for axis in thing.dims]})
                    if isinstance(thing, h5py.Dataset) else None)
    return found


class Layout(unittest.TestCase):
    def test_every_axis_has_one_scale_in_the_datasets_group_or_above(self):
        for path, axes in datasets(archives["single"]).items():
            folder = "/" + path.rsplit("/", 1)[0]
            for scales in axes:
                if scales == [] and len(axes) == 1:
                    continue  # a scale itself
                self.assertEqual(1, len(scales), path)
                self.assertTrue(f"{folder}/".startswith(scales[0].rsplit("/", 1)[0] + "/"), (path, scales))

    def test_nothing_is_empty_and_no_name_is_a_pattern(self):
        with h5py.File(archives["single"]) as file:
            def look(path, thing):
                self.assertNotIn("{", path)
                if isinstance(thing, h5py.Dataset):
                    self.assertGreater(thing.size, 0, path)
                    self.assertNotIn("{", str(thing.attrs.get("NAME", "")) + thing.attrs["description"], path)
            file.visititems(look)


class NetCdf(unittest.TestCase):
    @needs("ncdump")
    def test_ncdump_reads_every_archive(self):
        words = output("ncdump", "-h", archives["single"])
        for name in ("group: sample", "temperature = ", "double temperature(temperature)", "energy(temperature, configuration_index)"):
            self.assertIn(name, words)

    @needs("ncdump")
    def test_the_segments_are_read_too(self):
        for path in sorted(Path(f"{archives['segments']}.segments").iterdir()):
            output("ncdump", "-h", path)

    def every_stage_is_opened(self, engine):
        import xarray
        n_coordinates = 0
        first = {}  # the first group of each stage: all groups of a stage are laid out alike, and each opening reads the file's tree
        for path in datasets(archives["single"]):
            first.setdefault(path.split("/")[0], path.split("/")[1])
        folders = sorted({path.rsplit("/", 1)[0] for path in datasets(archives["single"])
                          if path.split("/")[1] == first[path.split("/")[0]]})
        for folder in folders:
            with xarray.open_dataset(archives["single"], group=folder, engine=engine) as opened:
                n_coordinates += len(opened.coords)
                opened.load()
        self.assertGreater(n_coordinates, len({folder.split("/")[0] for folder in folders}))
        with xarray.open_dataset(archives["single"], group="sample/main", engine=engine) as sample:
            self.assertEqual(("temperature", "configuration_index"), sample["energy"].dims)
            with h5py.File(archives["single"]) as file:
                self.assertEqual(list(file["sample/main/temperature"][:]), list(sample["energy"].temperature.values))

    @needs_module("xarray", "netCDF4")
    def test_xarray_opens_every_stage_with_netcdf4(self):
        self.every_stage_is_opened("netcdf4")

    @needs_module("xarray", "h5netcdf")
    def test_xarray_opens_every_stage_with_h5netcdf(self):
        self.every_stage_is_opened("h5netcdf")


class Hdf5(unittest.TestCase):
    @needs("h5copy")
    def test_groups_are_copied(self):
        with h5py.File(archives["single"]) as file:
            groups = [f"/{stage}/{name}" for stage in file for name in file[stage]]
        for number, group in enumerate(groups):
            copy = scratch / f"copy{number}.h5"
            output("h5copy", "-i", archives["single"], "-o", copy, "-p", "-s", group, "-d", group)

    def test_h5py_copies_groups(self):
        with h5py.File(archives["single"]) as file, h5py.File(scratch / "h5py.h5", "w") as copy:
            for stage in file:
                file.copy(stage, copy)
            self.assertEqual(set(file), set(copy))
            self.assertEqual(dict(file["sample/main"].attrs).keys(), dict(copy["sample/main"].attrs).keys())

    @needs("h5repack")
    @needs("h5diff")
    def test_a_packed_archive_is_the_same(self):
        packed = scratch / "packed.h5"
        output("h5repack", "-f", "GZIP=6", archives["single"], packed)
        self.assertEqual("", output("h5diff", archives["single"], packed))
        done = campaign.blockspin("verify", archives["single"], packed)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    @needs("h5dump")
    def test_h5dump_reads_every_head(self):
        output("h5dump", "-H", archives["single"])


if __name__ == "__main__":
    unittest.main()
