"""What the commands of the package share."""

import sys
from pathlib import Path


def program(module: str) -> str:
    """What a command is called in its usage: "blockspin-figures" where it is installed, else "python3 -m blockspin.figures"."""
    name = Path(sys.argv[0]).name
    return name if name.startswith("blockspin-") else f"python3 -m {module}"
