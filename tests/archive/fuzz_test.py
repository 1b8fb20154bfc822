"""Opens damaged archives; none may crash or hang the program. fuzz_test.py MPIRUN FUZZ N SEED"""

import collections
import os
import re
import subprocess
import sys

mpirun, fuzz, n, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
counts, first = collections.Counter(), 0
environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:handle_abort=0:exitcode=99", UBSAN_OPTIONS="exitcode=99")
while first < n:
    command = [mpirun, "-n", "1", fuzz, str(n), seed, str(first)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment)
    lines = done.stdout.split("\n")
    counts.update(line for line in lines if line in ("read", "refused"))
    last = int([line for line in lines if line.startswith("copy ")][-1].split()[1])
    if done.returncode == 0:
        break
    damaged = re.findall(r"blockspin: error: .*\.h5: the file is damaged", done.stderr)
    # A sanitizer may find HDF5 itself at fault before it crashes: allowed where the root looks at the file, and nowhere else.
    in_hdf5 = re.search(r"#1 0x[0-9a-f]+ +(in H5\w+ )?\(.*libhdf5", done.stderr) and "h5::look" in done.stderr
    if not (done.returncode == 4 and len(damaged) == 1) and not (done.returncode == 99 and in_hdf5):
        sys.exit(f"copy {last} of seed {seed}: exit code {done.returncode}\n{done.stderr[-4000:]}")
    counts["broken down"] += 1
    first = last + 1
print(f"{sum(counts.values())} damaged archives: {dict(counts)}")
if sum(counts.values()) != n or counts["refused"] == 0 or counts["read"] == 0:
    sys.exit("not every copy was judged, or none was refused or read: the damage proves nothing")
