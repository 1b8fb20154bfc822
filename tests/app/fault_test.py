"""However a rank fails, the whole job ends, soon, non-zero, with one message. Usage: fault_test.py MPIRUN PROGRAM"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack

from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = "[campaign]\narchive = run.h5\nseed = 1\ncheckpoint_interval = 3600\n[model]\nlattice = 4x4\n[fault]\nfailure = {}\nrank = {}\n"


def start(folder, ranks, failure, rank, *options, environment=None, launcher=None):
    deck = os.path.join(folder, "deck.ini")
    with open(deck, "w") as file:
        file.write(DECK.format(failure, rank))
    command = [*(launcher or [MPIRUN, "-n", str(ranks)]), PROGRAM, "run", deck, *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, **(environment or {})})


def finish(process, seconds=40):
    try:
        _, errors = process.communicate(timeout=patient(seconds))
    except subprocess.TimeoutExpired:
        process.kill()
        sys.exit(f"{process.args}: hangs")
    return process.returncode, errors


def expect(condition, what, errors):
    if not condition:
        sys.exit(f"{what}\n--- stderr:\n{errors}")


def check_failure(ranks, failure, rank, code, message, prefix):
    with tempfile.TemporaryDirectory() as folder:
        status, errors = finish(start(folder, ranks, failure, rank))
        name = f"{failure} on rank {rank} of {ranks}"
        expect(status == code, f"{name}: exit code {status}, not {code}", errors)
        expect(errors.count(message) == 1, f"{name}: {errors.count(message)} messages", errors)
        expect(f"{prefix}fault: " in errors or f"{prefix}fault.main: " in errors, f"{name}: no '{prefix}'", errors)
        expect(not os.path.exists(os.path.join(folder, "run.h5")), f"{name}: an archive was made", errors)


def check_one_speaker():
    """Some ranks fail, but not all. One speaks, although mpirun lets the others live for long, as users have it."""
    cases = (("several", 3, 1, "[rank 0/3] "),  # the lowest, also where it is not the first to fail
             ("several", 3, 0, "[rank 1/3] "),
             ("several", 4, 0, "[rank 1/4] "),
             ("late", 3, 2, "[rank 1/3] "),  # the root fails when another one has spoken, whatever signals that one gets
             ("dying", 3, 2, None))  # of a rank that is killed before it speaks mpirun alone tells
    with ExitStack() as stack:
        runs = []
        for failure, ranks, rank, prefix in cases:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            runs.append((prefix, start(folder, ranks, failure, rank, environment={"OMPI_MCA_odls_base_sigkill_timeout": "10"})))
        for prefix, process in runs:
            status, errors = finish(process, 60)
            name = " ".join(process.args[1:3]) + f", {prefix}"
            expect(status == 5 if prefix else status != 0, f"{name}: exit code {status}", errors)
            n_messages = errors.count("failed on purpose")
            expect(n_messages == 1 if prefix else n_messages <= 1, f"{name}: {n_messages} messages", errors)
            expect((prefix or "") in errors, f"{name}: another rank speaks", errors)


def check_stop(ranks, ask):
    """A running job stops at a safe point with exit code 75."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--walltime", "00:00:01") if ask == "walltime" else ()
        process = start(folder, ranks, "slow", 0, *options)
        time.sleep(1.5)
        if ask == "signal":
            process.send_signal(signal.SIGUSR1)
        if ask == "file":
            open(os.path.join(folder, "STOP"), "w").close()
        status, errors = finish(process)
        expect(status == 75, f"stop by {ask} on {ranks}: exit code {status}", errors)
        expect(errors.count("--resume") == 1, f"stop by {ask}: no word of --resume", errors)


def ranks_of(folder):
    """Process numbers of the ranks that run the deck of a folder."""
    found = subprocess.run(["pgrep", "-f", f"^{PROGRAM} run {folder}"], capture_output=True, text=True, check=False).stdout
    return [int(number) for number in found.split()]


def wait_for_ranks(folder, n):
    while len(ranks_of(folder)) < n:  # ctest's limit ends a loop that finds none
        time.sleep(0.1)
    time.sleep(1.5)


def check_signal_to_a_rank(number):
    with tempfile.TemporaryDirectory() as folder:
        process = start(folder, 2, "slow", 0)
        wait_for_ranks(folder, 2)
        os.kill(ranks_of(folder)[-1], number)
        status, errors = finish(process)
        expect(status == 75, f"{number.name} to one rank: exit code {status}", errors)
        expect(errors.count(f"stopped by {number.name}") == 1, f"{number.name}: is not named", errors)


def check_continued():
    """mpirun sends SIGCONT first when it is asked to end: then a checkpoint is made at once, and the run goes on."""
    with tempfile.TemporaryDirectory() as folder:
        process = start(folder, 2, "slow", 0)
        wait_for_ranks(folder, 2)
        for rank in ranks_of(folder):
            os.kill(rank, signal.SIGCONT)
        end = time.time() + patient(20)
        while not any("checkpoint" in name and ".tmp" not in name for name in os.listdir(folder)):
            expect(time.time() < end, "SIGCONT: no checkpoint", "")
            time.sleep(0.1)
        expect(process.poll() is None, "SIGCONT ended a run", "")
        process.kill()  # and its ranks with it
        process.communicate()
        status, errors = finish(start(folder, 2, "slow", 0, "--resume", "--walltime", "00:00:01"))
        expect(status == 75 and "continues from a checkpoint" in errors, f"SIGCONT: its checkpoint is lost, {status}", errors)


def check_signals_to_the_launcher(*numbers):
    """Ctrl-C, and what batch systems send: mpirun asks its ranks to end, and kills them when a time is over. It waits for
    all of this time, which is long for a busy machine, so all signals are sent at once. The exit code is mpirun's own."""
    with ExitStack() as stack:
        runs = []
        for number in numbers:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            runs.append((number, start(folder, 2, "slow", 0, environment={"OMPI_MCA_odls_base_sigkill_timeout": "40"})))
            wait_for_ranks(folder, 2)
        for number, process in runs:
            process.send_signal(number)
        for number, process in runs:
            status, errors = finish(process, 90)
            expect(status != 0, f"{number.name} to mpirun: exit code 0", errors)
            expect(errors.count("--resume") == 1, f"{number.name} to mpirun: no word of --resume", errors)


def check_nohup():
    """A run that ignores SIGHUP from its start goes on."""
    with tempfile.TemporaryDirectory() as folder:
        process = start(folder, 1, "slow", 0, launcher=["nohup"])
        wait_for_ranks(folder, 1)
        os.kill(ranks_of(folder)[0], signal.SIGHUP)
        time.sleep(1)
        expect(process.poll() is None, "a hangup ended a run under nohup", "")
        process.send_signal(signal.SIGUSR1)
        status, errors = finish(process)
        expect(status == 75 and "stopped by SIGUSR1" in errors, f"nohup: exit code {status}", errors)


def check_scan(ranks, keys, code, written, message, *options):
    """Four instances of a scan, side by side: which are written, and how the job ends."""
    with tempfile.TemporaryDirectory() as folder:
        deck = os.path.join(folder, "deck.ini")
        with open(deck, "w") as file:
            file.write(DECK.split("[fault]")[0] + "[scan.V]\nnumbers = 1, 2, 3, 4\n" + keys)
        command = [MPIRUN, "-n", str(ranks), PROGRAM, "run", deck, *options]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        status, errors = finish(process)
        name = f"{keys!r} on {ranks}"
        expect(status == code, f"{name}: exit code {status}, not {code}", errors)
        found = [i for i in (1, 2, 3, 4) if f"scan.V_i{i}: written" in errors]
        expect(found == written, f"{name}: written {found}, not {written}", errors)
        expect(errors.count(message) == 1, f"{name}: {errors.count(message)} times '{message}'", errors)


def check_telling(ranks, telling, code, message):
    """What a run has done is done, whatever is wrong with telling it; only what all ranks know of is a warning."""
    with tempfile.TemporaryDirectory() as folder:
        deck, archive = os.path.join(folder, "deck.ini"), os.path.join(folder, "run.h5")
        with open(deck, "w") as file:
            file.write(DECK.split("[fault]")[0] + f"[told]\ntelling = {telling}\n")
        for options in ([], ["--resume"]):
            status, errors = finish(subprocess.Popen([MPIRUN, "-n", str(ranks), PROGRAM, "run", deck, *options], text=True,
                                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            name = f"telling {telling} on {ranks} {options}"
            expect(status == code, f"{name}: exit code {status}, not {code}", errors)
            expect(message in errors and ("skipped" in errors) == bool(options), f"{name}: no '{message}', or done again", errors)
            left = [path for path in os.listdir(folder) if "checkpoint" in path]
            expect(not left, f"{name}: {left} of finished work", errors)
        words = subprocess.run([PROGRAM, "info", archive, "--check"], capture_output=True, text=True, check=False)
        expect(words.returncode == 0 and "/told/main: whole" in words.stdout, f"{name}: the work is lost", words.stdout + words.stderr)


def check_no_orphans():
    """SIGKILL of the launcher takes the ranks with it."""
    with tempfile.TemporaryDirectory() as folder:
        process = start(folder, 2, "slow", 0)
        time.sleep(1.5)
        process.kill()
        process.wait()
        time.sleep(0.5)
        left = subprocess.run(["pgrep", "-f", folder], capture_output=True, text=True, check=False).stdout.split()
        expect(not left, f"ranks {left} outlive their launcher", "")


for n, r in ((1, 0), (2, 1), (4, 0), (4, 3)):
    prefix = f"[rank {r}/{n}] " if n > 1 else "error: "
    check_failure(n, "lonely", r, 1, "failed on purpose", prefix)
    check_failure(n, "agreed", r, 4, "failed on purpose", "error: ")
check_failure(4, "numerical", 2, 5, "failed on purpose", "[rank 2/4] ")
check_failure(2, "memory", 1, 1, "out of memory", "[rank 1/2] ")
check_failure(2, "foreign", 1, 1, "a foreign failure", "[rank 1/2] ")
# All ranks fail without having agreed on it: the root speaks, and nobody is aborted.
for n in (1, 2, 4):
    check_failure(n, "everywhere", 0, 1, "a foreign failure", "blockspin: error: ")
check_one_speaker()
for n in (1, 2):
    check_telling(n, "agreed", 0, "warning: results cannot be told: /told/main: cannot be told on purpose")
    check_telling(n, "lonely", 5, "/told/main: failed on purpose")
    check_telling(n, "memory", 1, "out of memory")
for how in ("signal", "walltime", "file"):
    check_stop(2, how)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2, signal.SIGXCPU):
    check_signal_to_a_rank(number)
check_continued()
check_signals_to_the_launcher(signal.SIGINT, signal.SIGTERM)
check_nohup()
check_no_orphans()
for n in (1, 2, 3, 4):
    check_scan(n, "", 0, [1, 2, 3, 4], "blockspin: done")
    check_scan(n, "agreed = 3\n", 5, [1, 2], "error: scan.V_i3: failed on purpose")
    check_scan(n, "agreed = 2\nendless = 3\n", 5, [1], "error: scan.V_i2: failed on purpose")
check_scan(1, "lonely = 1\n", 5, [], "error: scan.V_i1: failed on purpose")
check_scan(3, "lonely = 2\nendless = 1\n", 5, [], "/3] scan.V_i2: failed on purpose")
for n in (1, 2, 4):
    check_scan(n, "endless = 2\n", 75, [1], "--resume", "--walltime", "00:00:01")
print("every failure ended its job")
