"""The table of a study of flows (Iso, Shiba & Yokoo, arXiv:1801.07172): one row a machine and start, as CSV.

    python3 -m blockspin.iso2018 iso2018.h5 > iso2018.csv

Values are those of the last step; errors are standard errors over the walkers of one training, so they do not hold the
spread over trainings.
"""

import csv
import sys

import numpy as np

from blockspin.archive import open_archive

QUANTITIES = ("energy_temperature", "mean_temperature", "bayes_temperature", "abs_magnetization",
              "nearest_neighbour_excess")


def table(archive):
    """Rows of a header and one for each (flow, start) of the archive."""
    columns = [name for quantity in QUANTITIES for name in (quantity, f"{quantity}_error")]
    yield ["machine", "hidden", "temperatures", "epochs", "start", "steps", *columns, "uniform_overlap", "participation"]
    for name in archive.names("flow"):
        flow = archive.flow(name)
        machine = archive.machine(flow.value("rbm"))
        settings = [machine.name, machine.value("hidden"), machine.value("temperatures"), machine.value("epochs")]
        for index, start in enumerate(flow.starts):
            values = [f"{array[index, -1]:.5g}" for quantity in QUANTITIES for array in flow.quantity(quantity)]
            yield [*settings, start, flow.value("steps"), *values, *leading_vector(machine)]


def leading_vector(machine):
    """Of W's leading left singular vector: overlap with the uniform vector, and participation number (N: spread over all
    sites, 1: a copy of one site)."""
    vector = np.linalg.svd(machine.fields(machine.n_layers), full_matrices=False)[0][:, 0]
    return [f"{abs(vector.sum()) / np.sqrt(vector.size):.4f}", f"{1 / np.sum(vector**4):.1f}"]


def main():
    with open_archive(sys.argv[1]) as archive:
        csv.writer(sys.stdout, lineterminator="\n").writerows(table(archive))


if __name__ == "__main__":
    main()
