"""input/PARAMETERS.md is what the program says today. Usage: parameters_test.py PROGRAM PAGE"""

import subprocess
import sys
from pathlib import Path

PROGRAM, PAGE = sys.argv[1:3]
today = subprocess.run([PROGRAM, "parameters", "--markdown"], check=True, capture_output=True, text=True).stdout
if Path(PAGE).read_text(encoding="utf-8") != today:
    sys.exit(f"{PAGE} is out of date: build the target `parameters`")
terminal = subprocess.run([PROGRAM, "parameters"], check=True, capture_output=True, text=True).stdout
for line in today.splitlines():
    if line.startswith("| `") and f"\n  {line.split('`')[1]} (" not in terminal:
        sys.exit(f"the page for terminals lacks {line}")
