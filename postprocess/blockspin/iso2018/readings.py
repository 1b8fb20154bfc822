"""What thermometers read of true configurations: the scale on which the end of a flow has to be seen."""

import numpy as np

from blockspin import exact
from blockspin.archive import Archive, Group
from blockspin.arrays import Array, Estimated
from blockspin.iso2018 import patterns


def at(archive: Archive, temperature: float) -> dict[str, Estimated]:
    """{measure: (mean, error)} at a temperature, on a line between the sampled ones around it. Configurations are those of
    another sample than the thermometer has learnt, where there is one."""
    thermometer = archive.group("thermometer", "main")
    learnt = archive.ensemble(thermometer.value("sample", "main"))
    sample = next((e for e in archive.ensembles() if e.lattice == learnt.lattice and e.name != learnt.name), learnt)
    above = int(np.searchsorted(sample.temperature, temperature))
    low, high = sample.temperature[above - 1:above + 1]
    shares = ((high - temperature) / (high - low), (temperature - low) / (high - low))
    found = {}
    for text, measure in (("network's mean", network_mean), ("exact posterior's mean", posterior_mean)):
        parts = [patterns.over_configurations(measure(thermometer, sample.configurations(t))) for t in (low, high)]
        found[text] = (sum(share * mean for share, (mean, _) in zip(shares, parts)),
                       np.sqrt(sum((share * error) ** 2 for share, (_, error) in zip(shares, parts))))
    return found


def network_mean(thermometer: Group, spins: Array) -> Array:
    """Mean temperature of the network's output, a number a configuration."""
    v = spins.reshape(len(spins), -1).astype(float)
    hidden = np.tanh(thermometer["layer_1/bias"] + v @ thermometer["layer_1/weights"])
    return averages(thermometer["layer_2/bias"] + hidden @ thermometer["layer_2/weights"], thermometer["temperature"])


def posterior_mean(thermometer: Group, spins: Array) -> Array:
    """Mean temperature of the exact posterior exp(-E/T - ln Z(T)) over the same classes, a number a configuration."""
    s, t = spins.astype(float), thermometer["temperature"]
    axes = tuple(range(1, s.ndim))
    energy = -sum((s * np.roll(s, 1, axis)).sum(axes) for axis in axes)
    ground = -len(axes) * np.prod(s.shape[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = -energy[:, None] / t - exact.log_partition(np.where(t > 0, t, 1.0), s.shape[1:])
    logs[:, t == 0] = np.where(energy == ground, -np.log(2.0), -np.inf)[:, None]  # two ground states
    return averages(logs, t)


def averages(logs: Array, temperature: Array) -> Array:
    """Mean temperature under probabilities exp(logs) [configuration, temperature], not normalised."""
    p = np.exp(logs - logs.max(axis=1, keepdims=True))
    return p @ temperature / p.sum(axis=1)
