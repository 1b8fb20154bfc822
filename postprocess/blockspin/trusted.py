"""What a file must be before anything of it is read: archives may come from others.

Names must lead to content inside the archive, or to a segment in the archive's own folder; values must stand in the file,
as many bytes as their shape takes. Each check looks only at what is about to be read.
"""

import numbers
import os
import re

import h5py

MOST_INFLATION = 1100  # what a filter can make of a byte (deflate at most 1032)
MOST_LEVELS = 16
NEWEST_FORMAT = 2


def check_format(file, path):
    """Raises ValueError where the open file is no archive that this package reads."""
    if _text(file.attrs.get("format", "")) != "blockspin":
        raise ValueError(f"{path}: not a blockspin archive")
    version = file.attrs.get("format_version", 0)
    if not isinstance(version, numbers.Integral) or not 1 <= version <= NEWEST_FORMAT:
        raise ValueError(f"{path}: archive format {version}; this package reads formats 1 to {NEWEST_FORMAT}")


def open_object(file, path, archive_path):
    """The group or dataset at `path`, below the root or a group of an archive. ValueError where it leads elsewhere."""
    steps = [step for step in path.split("/") if step]
    if len(steps) > MOST_LEVELS:
        raise ValueError(f"{archive_path}: {path} stands deeper than anything in an archive")
    thing, seen = file, {_place(file)}
    for n_above, step in enumerate(steps):
        link = thing.get(step, getlink=True) if isinstance(thing, h5py.Group) else None
        if link is None:
            raise KeyError(f"{archive_path} has no {path}")
        _check_link(link, steps[:n_above + 1], archive_path)
        thing = thing[step]
        if _place(thing) in seen:
            raise ValueError(f"{archive_path}: {path} leads in a circle")
        seen.add(_place(thing))
    if isinstance(thing, h5py.Dataset):
        _check_values(thing, archive_path)
    return thing


def _place(thing):
    info = h5py.h5o.get_info(thing.id)
    return info.fileno, info.addr


def _check_link(link, steps, archive_path):
    """A name of content, or at the place of a group a link into the folder of segments."""
    if isinstance(link, h5py.HardLink):
        return
    place = "/" + "/".join(steps)
    folder = os.path.basename(os.path.realpath(archive_path)) + ".segments"
    segment = re.fullmatch(re.escape(f"{folder}/{'.'.join(steps)}-") + "[0-9a-f]{32}[.]h5", getattr(link, "filename", ""))
    if len(steps) != 2 or not segment or not isinstance(link, h5py.ExternalLink) or link.path != place:
        raise ValueError(f"{archive_path}: {place} is a link that leads out of the archive")
    if os.path.islink(os.path.join(os.path.dirname(os.path.realpath(archive_path)), link.filename)):
        raise ValueError(f"{archive_path}: the segment of {place} is a link")


def _check_values(dataset, archive_path):
    plist = dataset.id.get_create_plist()
    if plist.get_layout() == h5py.h5d.VIRTUAL or plist.get_external_count() > 0:
        raise ValueError(f"{archive_path}: {dataset.name} has its values in other files")
    wanted = dataset.dtype.itemsize
    for extent in dataset.shape or ():
        wanted *= int(extent)
    inflation = MOST_INFLATION if plist.get_nfilters() > 0 else 1
    if dataset.dtype.kind not in "iuf" or wanted // inflation > dataset.id.get_storage_size():
        raise ValueError(f"{archive_path}: {dataset.name} holds fewer bytes than its shape takes, or no numbers")


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)
