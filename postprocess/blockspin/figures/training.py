"""How a machine's training went: every recorded quantity against the epoch."""

import matplotlib.pyplot as plt

from blockspin.figures import style


def draw(archive):
    for name in archive.names("rbm"):
        machine = archive.machine(name)
        quantities = [key for key in machine.group.get("history", {}) if is_series(machine, key)]
        if quantities:
            yield style.file_name("training", name), draw_history(machine, quantities)


def is_series(machine, key):
    return key != "epoch" and machine.group[f"history/{key}"].ndim in (1, 2)


def draw_history(machine, quantities):
    n_columns = min(3, len(quantities))
    n_rows = -(-len(quantities) // n_columns)
    size = (max(4.2, 3.0 * n_columns), 2.4 * n_rows + 0.5)
    figure, grid = plt.subplots(n_rows, n_columns, squeeze=False, figsize=size)
    epoch = machine["history/epoch"]
    for axes, quantity in zip(grid.flat, quantities):
        values = machine[f"history/{quantity}"]
        # One line a layer; a single layer needs no legend.
        layers = values.reshape(len(values), -1).T if values.shape[0] == len(epoch) else values
        for k, series in enumerate(layers, 1):
            axes.plot(epoch, series, "o-", label=f"layer {k}")
        if len(layers) > 1:
            axes.legend()
        axes.set_title(quantity.replace("_", " "))
        axes.set_xlabel("epoch")
    for axes in grid.flat[len(quantities):]:
        axes.set_visible(False)
    figure.suptitle(f"Training of {machine.label}: {machine.value('hidden')} hidden units")
    return figure
