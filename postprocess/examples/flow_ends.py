"""Where flows end: a table over hidden units, with the spread over machines, from an archive of input/flow_ends.ini.

    python3 flow_ends.py ARCHIVE
"""

import sys
from collections import defaultdict

import numpy as np

import blockspin

AVERAGED_STEPS = 20  # the last ones; by then the starts have met
QUANTITIES = ("energy_temperature", "abs_magnetization", "nearest_neighbour_excess")


def ends(archive):
    """{hidden units: [machines, quantities]}: averages over both starts and the last steps of each flow."""
    found = defaultdict(list)
    for name in archive.names("flow"):
        flow = archive.flow(name)
        hidden = int(archive.machine(flow.value("rbm")).value("hidden"))
        found[hidden].append([flow.quantity(quantity)[0][:, -AVERAGED_STEPS:].mean() for quantity in QUANTITIES])
    return {hidden: np.array(found[hidden]) for hidden in sorted(found)}


def main():
    with blockspin.open_archive(sys.argv[1]) as archive:
        print("# " + archive.title + f"; seed {archive.seed}; mean over machines +- standard error of that mean")
        print("hidden machines  " + "  ".join(f"{quantity:>26}" for quantity in QUANTITIES))
        for hidden, values in ends(archive).items():
            mean, error = values.mean(0), values.std(0, ddof=1) / np.sqrt(len(values))
            cells = "  ".join(f"{m:>14.4f} +- {e:<8.4f}" for m, e in zip(mean, error))
            print(f"{hidden:6d} {len(values):8d}  {cells}")


if __name__ == "__main__":
    main()
