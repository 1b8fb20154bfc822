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


def ends_with(code, said, *arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != code or said not in done.stdout + done.stderr:
        sys.exit(f"{arguments}: exit code {done.returncode}, and not {code} with '{said}':\n{done.stdout}{done.stderr}")
    return done.stdout


one_key = ends_with(0, "  hidden (required", "parameters", "rbm.hidden")
if "epochs" in one_key or "[sample]" in ends_with(0, "  hidden (required", "parameters", "rbm"):
    sys.exit("more than what was asked for is shown")
ends_with(2, "'hiden' is not a key of [rbm]", "parameters", "rbm.hiden")
ends_with(2, "'sampl' is not a section", "parameters", "sampl")
if "check DECK" in ends_with(0, "--resume     continue", "run", "--help"):
    sys.exit("the help of one command shows others")
