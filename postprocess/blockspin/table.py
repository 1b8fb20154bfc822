"""Groups as tables of pandas and datasets of xarray, where these libraries are there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from blockspin.arrays import Array

if TYPE_CHECKING:
    from blockspin.group import Axis, Group

PACKED = "configuration"  # bytes of eight spins each: nothing for a table


def values_along(axis: Axis, extent: int) -> Array:
    """What stands along an axis; 0, 1, 2, ... where nothing is known."""
    return np.arange(extent) if axis.values is None else axis.values


def axis_name(group: Group, axis: Axis) -> str:
    """What a column along an axis is called: its name, or <name>_index where numbers of the group have that name."""
    return f"{axis.name}_index" if axis.name in tabular(group, "") else axis.name


def tabular(group: Group, path: str) -> list[str]:
    """The datasets below `path` that are neither packed nor the values along an axis."""
    return [name for name in group.datasets(path) if name != PACKED and not group.is_scale(name)]


def to_dataframe(group: Group, path: str) -> Any:
    """See Group.to_dataframe()."""
    import pandas

    names = tabular(group, path)
    if not names:
        raise KeyError(f"{group.label} has no numbers below {path or 'its top'}")
    axes = {name: tuple(axis.name for axis in group.axes(name)) + group.open(name).shape for name in names}
    most = Counter(axes.values()).most_common(1)[0][0]
    chosen = [name for name in names if axes[name] == most]
    columns = {column(name, path): np.ravel(group[name]) for name in chosen}
    return pandas.DataFrame(columns, index=_index(pandas, group, chosen[0]))


def _index(pandas: Any, group: Group, name: str) -> Any:
    axes, shape = group.axes(name), group.open(name).shape
    if not axes:
        return pandas.RangeIndex(1)
    values = [values_along(axis, extent) for axis, extent in zip(axes, shape)]
    names = [axis_name(group, axis) for axis in axes]
    if len(values) == 1:
        return pandas.Index(values[0], name=names[0])
    return pandas.MultiIndex.from_product([np.arange(len(v)) if len(np.unique(v)) < len(v) else v for v in values], names=names)


def column(name: str, path: str) -> str:
    """What a dataset is called in a table of what stands below `path`."""
    return name.removeprefix(path).strip("/") or name.split("/")[-1]


def to_xarray(group: Group, path: str) -> Any:
    """See Group.to_xarray()."""
    import xarray

    known: dict[str, Array] = {}
    variables = {}
    for name in tabular(group, path):
        values = group[name]
        dims = [_dimension(known, axis_name(group, axis), values_along(axis, extent), name)
                for axis, extent in zip(group.axes(name), np.shape(values))]
        attributes = {"units": group.unit(name), "long_name": group.description(name)}
        variables[column(name, path).replace("/", "_")] = (dims, values, attributes)
    return xarray.Dataset(variables, coords=known, attrs={"stage": group.stage, "name": group.name, **group.values()})


def _dimension(known: dict[str, Array], axis: str, values: Array, name: str) -> str:
    """The name of an axis among those that are known; where it has another meaning there, with the dataset's folder."""
    folders = name.split("/")[:-1]
    for candidate in (axis, "_".join([*folders, axis]), "_".join([*name.split("/"), axis])):
        if np.array_equal(known.setdefault(candidate, values), values, equal_nan=values.dtype.kind == "f"):
            return candidate
    raise ValueError(f"{name}: the axis {axis} has too many meanings")
