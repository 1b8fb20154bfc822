"""What a file must be before anything of it is read: archives may come from others.

Names must lead to content inside the archive, or to a segment in the archive's own folder; values must stand in the file,
as many bytes as their shape takes. Each check looks only at what is about to be read.
"""

import errno
import numbers
import os
import re
from typing import Any

import h5py

from blockspin.missing import ArchiveError, missing

MOST_INFLATION = 1100  # what a filter can make of a byte (deflate at most 1032)
MOST_LEVELS = 16
NEWEST_FORMAT = 2


def file_of(path: str, comm: Any = None) -> h5py.File:
    """The open HDF5 file. FileNotFoundError where there is none, ArchiveError where it is something else."""
    if not os.path.exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    if os.path.isdir(path):
        raise ArchiveError(f"{path}: a folder, not an archive; open_campaign() reads folders of archives")
    try:
        return h5py.File(path, "r", driver="mpio", comm=comm) if comm else h5py.File(path, "r")
    except OSError as error:
        if isinstance(error, PermissionError) or not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path) from None
        raise ArchiveError(f"{path}: not a blockspin archive: no HDF5 file, or one cut off") from None


def check_format(file: h5py.File, path: object) -> None:
    """Raises ArchiveError where the open file is no archive that this package reads."""
    if _text(file.attrs.get("format", "")) != "blockspin":
        raise ArchiveError(f"{path}: not a blockspin archive, but some other HDF5 file")
    version = file.attrs.get("format_version", 0)
    if not isinstance(version, numbers.Integral) or not 1 <= int(version) <= NEWEST_FORMAT:
        newer = isinstance(version, numbers.Integral) and int(version) > NEWEST_FORMAT
        raise ArchiveError(f"{path}: archive format {version}; this package reads formats 1 to {NEWEST_FORMAT}"
                           + (": take the package of a newer blockspin" if newer else ""))


def open_object(file: h5py.File, path: str, archive_path: str) -> Any:
    """The group or dataset at `path`, below the root or a group of an archive. Missing, a KeyError, where there is none;
    ArchiveError where it leads elsewhere."""
    steps = [step for step in path.split("/") if step]
    if len(steps) > MOST_LEVELS:
        raise ArchiveError(f"{archive_path}: {path} stands deeper than anything in an archive")
    thing, seen = file, {_place(file)}
    for n_above, step in enumerate(steps):
        link = thing.get(step, getlink=True) if isinstance(thing, h5py.Group) else None
        if link is None:
            raise _missing(thing, path, steps[:n_above], archive_path)
        _check_link(link, steps[:n_above + 1], archive_path)
        thing = _follow(thing, step, link, archive_path)
        if _place(thing) in seen:
            raise ArchiveError(f"{archive_path}: {path} leads in a circle")
        seen.add(_place(thing))
    if isinstance(thing, h5py.Dataset):
        _check_values(thing, archive_path)
    return thing


def _missing(thing: Any, path: str, above: list[str], archive_path: str) -> Exception:
    """`thing`, at the end of the steps `above`, has no next step of the path."""
    place = "/".join(above)
    known = list(thing) if isinstance(thing, h5py.Group) else []
    step = [step for step in path.split("/") if step][len(above)]
    return missing(f"{archive_path}" + (f": {place}" if place else ""), step, known)


def _follow(thing: h5py.Group, step: str, link: Any, archive_path: str) -> Any:
    try:
        return thing[step]
    except (KeyError, OSError) as error:
        if isinstance(link, h5py.ExternalLink):
            raise ArchiveError(f"{archive_path}: the segment {link.filename} is missing, damaged, or not readable; an "
                               "archive and its folder of segments stay side by side") from None
        raise ArchiveError(f"{archive_path}: {thing.name}/{step} is damaged: {error}") from None


def _place(thing: Any) -> tuple[int, int]:
    info = h5py.h5o.get_info(thing.id)
    return info.fileno, info.addr


def _check_link(link: Any, steps: list[str], archive_path: str) -> None:
    """A name of content, or at the place of a group a link into the folder of segments."""
    if isinstance(link, h5py.HardLink):
        return
    place = "/" + "/".join(steps)
    folder = os.path.basename(os.path.realpath(archive_path)) + ".segments"
    segment = re.fullmatch(re.escape(f"{folder}/{'.'.join(steps)}-") + "[0-9a-f]{32}[.]h5", getattr(link, "filename", ""))
    if len(steps) != 2 or not segment or not isinstance(link, h5py.ExternalLink) or link.path != place:
        raise ArchiveError(f"{archive_path}: {place} is a link that leads out of the archive")
    if os.path.islink(os.path.join(os.path.dirname(os.path.realpath(archive_path)), link.filename)):
        raise ArchiveError(f"{archive_path}: the segment of {place} is a link")


def _check_values(dataset: h5py.Dataset, archive_path: str) -> None:
    plist = dataset.id.get_create_plist()
    if plist.get_layout() == h5py.h5d.VIRTUAL or plist.get_external_count() > 0:
        raise ArchiveError(f"{archive_path}: {dataset.name} has its values in other files")
    wanted = dataset.dtype.itemsize
    for extent in dataset.shape or ():
        wanted *= int(extent)
    inflation = MOST_INFLATION if plist.get_nfilters() > 0 else 1
    if dataset.dtype.kind not in "iuf" or wanted // inflation > dataset.id.get_storage_size():
        raise ArchiveError(f"{archive_path}: {dataset.name} holds fewer bytes than its shape takes, or no numbers")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
