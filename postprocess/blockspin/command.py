"""What the commands of the package share."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from blockspin.archive import Archive, open_archive
from blockspin.missing import ArchiveError, Missing


def program(module: str) -> str:
    """What a command is called in its usage: "blockspin-figures" where it is installed, else "python3 -m blockspin.figures"."""
    name = Path(sys.argv[0]).name
    return name if name.startswith("blockspin-") else f"python3 -m {module}"


@contextmanager
def errors_in_one_line(module: str) -> Iterator[None]:
    """Ends the command with exit code 1 and one line where a file is missing, is no archive, or lacks what is wanted."""
    try:
        yield
    except (OSError, ValueError, Missing) as error:
        sys.exit(f"{module}: " + " ".join(str(error).split()))


@contextmanager
def open_archives(paths: Iterable[str | Path]) -> Iterator[list[Archive]]:
    """All of them, closed at the end."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_archive(path)) for path in paths]


def require(found: object, what: str, paths: Iterable[str | Path]) -> None:
    """`what` these archives should have."""
    if not found:
        raise ArchiveError(f"no {what} in " + ", ".join(map(str, paths)))
