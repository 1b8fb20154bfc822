"""What the program writes on 3 ranks is what h5py reads: values, shapes, types, units, scales, attributes."""

import subprocess
import sys
import tempfile

import h5py
import numpy as np

mpirun, program = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/run.h5"
    subprocess.run([mpirun, "-n", "3", program, "archive", path, "0"], check=True, stdin=subprocess.DEVNULL)
    with h5py.File(path) as archive:
        assert archive.attrs["format"] == "blockspin"
        assert archive.attrs["format_version"] == 2
        assert archive.attrs["title"] == "an example" and archive.attrs["seed"] == 7
        sample = archive["sample/main"]
        assert sample.attrs["status"] == "complete"
        assert sample.attrs["configurations"] == 40 and sample.attrs["update"] == "metropolis"
        assert list(sample.attrs["parents"]) == []
        configuration = sample["configuration"]
        assert configuration.shape == (5, 40, 13) and configuration.dtype == np.uint8
        i = np.arange(configuration.size)
        assert np.array_equal(configuration[:].ravel(), (i * 131 + i // 7) % 256)
        temperature = [0.0, 0.5, 1.0, 2.25, np.inf]
        assert np.array_equal(sample["temperature"][:], temperature)
        assert h5py.h5ds.is_scale(sample["temperature"].id)
        assert np.array_equal(configuration.dims[0][0][:], temperature)
        assert np.array_equal(configuration.dims[1][0][:], np.arange(40))
        assert [axis.label for axis in configuration.dims] == ["temperature", "configuration", "byte"]
        assert np.array_equal(sample["energy"][:], -0.01 * np.arange(200).reshape(5, 40))
        machine = archive["rbm/main"]
        assert list(machine.attrs["parents"]) == ["/sample/main"]
        assert list(machine.attrs["parent_hashes"]) == [sample.attrs["content_hash"]]
        assert machine["layer_1/weights"].dtype == np.float32
        assert machine["layer_1/weights"].dims[1][0].shape == (64,)
        run = archive["provenance/run_1"]
        assert run.attrs["ranks"] == 3 and run.attrs["library_hdf5"].startswith("1.")

        def has_unit_and_description(name, item):
            if isinstance(item, h5py.Dataset):
                assert item.attrs["unit"] and item.attrs["description"], name

        archive.visititems(has_unit_and_description)
