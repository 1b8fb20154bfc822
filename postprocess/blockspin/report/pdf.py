"""A page on paper: Chromium prints it without a window."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str:
    """The path of a browser. FileNotFoundError where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(f"no browser to print with: none of {', '.join(BROWSERS)} is installed; or print the page by hand")
    return found


def printed(page: Path) -> Path:
    """Prints an HTML page into a PDF file beside it, and returns its path."""
    path = page.with_suffix(".pdf")
    # Helpers of the browser may still write into its profile when it has ended; containers have a small /dev/shm.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser(), "--headless", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                   "--no-pdf-header-footer",
                   *(["--no-sandbox"] if os.geteuid() == 0 else []),  # root has no sandbox
                   f"--print-to-pdf={path.resolve()}", page.resolve().as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not path.exists():
        raise OSError(f"{command[0]} could not print {page}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return path
