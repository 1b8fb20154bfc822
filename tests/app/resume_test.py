"""What `run` does with an archive that exists. Usage: resume_test.py MPIRUN PROGRAM [SCENARIO...]"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

import stopping
from patience import patient

MPIRUN, PROGRAM = sys.argv[1:3]
DECK = """[campaign]
archive = run.h5
seed = 5
[model]
lattice = 8x8
[sample]
temperatures = 1.5:3.5:0.5
configurations = {}
"""
THERMOMETER = "[thermometer]\nhidden = 4\nmax_iterations = 20\n"


def start(ranks, *arguments):
    return subprocess.Popen([MPIRUN, "-n", str(ranks), PROGRAM, *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(ranks, *arguments, code=0):
    process = start(ranks, *arguments)
    output, errors = process.communicate(timeout=patient(100))
    if process.returncode != code:
        sys.exit(f"{arguments}: exit code {process.returncode}, not {code}\n{output}{errors}")
    return output + errors


def stop_at_checkpoint(deck, archive, stage, *options):
    return stopping.stop_at_checkpoint(deck, archive, stage, *options, ranks=2)


def expect(condition, what, text=""):
    if not condition:
        sys.exit(f"{what}\n{text}")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def existing_archives(folder):
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100))
    run(2, "run", deck)
    before = read(archive)

    text = run(3, "run", deck, code=4)
    expect(text.count("the archive exists") == 1, "one message", text)
    expect(read(archive) == before, "a refused run touched the archive")

    text = run(2, "run", deck, "--resume", "--set", "sample.temperatures=1,2", "--set", "sample.exchange=off", code=4)
    expect("sample.main.temperatures: '1, 2' in the deck, '1.5, 2, 2.5, 3, 3.5' in the archive" in text, "the key", text)
    expect("sample.main.exchange: 'off' in the deck, 'on' in the archive" in text, "the other key", text)
    text = run(1, "run", deck, "--resume", "--set", "model.field=0.5", code=4)
    expect("sample.main.model.field" in text, "another model", text)
    text = run(1, "run", deck, "--resume", "--set", "campaign.seed=6", code=4)
    expect("seed" in text, "another seed", text)
    text = run(1, "run", deck, "--resume", "--set", "sample.configurations=50", code=4)
    expect("it may grow, not shrink" in text, "shrinking", text)
    expect(read(archive) == before, "a refused change touched the archive")

    text = run(2, "run", deck, "--resume")
    expect("sample.main: complete, skipped" in text, "a complete stage is skipped", text)

    # A stage added later reads what the archive holds, be the sample in the deck or not.
    write(deck, DECK.format(100).split("[sample]")[0] + THERMOMETER)
    run(1, "check", deck)
    text = run(1, "run", deck, code=3)
    expect("'main' is found neither earlier in the deck nor in the archive" in text, "without --resume", text)
    run(3, "run", deck, "--resume")
    write(deck, DECK.format(100) + THERMOMETER)
    run(1, "run", deck, "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")

    # More configurations: the sample is extended, and what was made from it is made again.
    text = run(3, "run", deck, "--resume", "--set", "sample.configurations=150")
    expect("sample.main: complete, extended" in text, "extension", text)
    expect("sample.main: continues from a checkpoint" in text, "extension continues", text)
    expect("thermometer.main: its input has changed since" in text, "a stale stage is made again", text)
    run(2, "run", deck, "--set", "sample.configurations=150", "--set", f"campaign.archive={folder}/long.h5")
    run(1, "verify", archive, f"{folder}/long.h5")
    text = run(1, "verify", archive, f"{folder}/once.h5", code=6)
    expect("/sample/main/configuration: another shape" in text, "verify sees a difference", text)
    expect("run_3" in run(1, "info", archive, "--all"), "the provenance shows every run")

    # What would build on a stale group that the deck does not make again is refused.
    write(deck, DECK.format(200) + "[sample.other]\ntemperatures = 2\nconfigurations = 20\n")
    run(2, "run", deck, "--resume")
    expect("STALE" in run(1, "info", archive), "info reports a stale group")

    write(deck, DECK.format(100) + THERMOMETER)
    run(2, "run", deck, "--overwrite")
    run(1, "verify", archive, f"{folder}/once.h5")


def machines(folder):
    """Stacks: layers' own keys, growth of one layer, and nothing built upon what is stale."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    sample = DECK.format(100)
    stack = "[rbm]\nhidden = 8, 4\nepochs = 3\nlayer_2.l1 = 1e-3\n"
    write(deck, sample + stack)
    run(2, "run", deck)
    # As a kill between a stage's commit and the end of its checkpoints leaves them.
    other = f"{folder}/other.h5"
    write(deck, sample + stack + "[spectrum]\nrbm = main\n")
    run(2, "run", deck, "--set", f"campaign.archive={other}")
    for left, ending in enumerate(kept(other, "rbm.main")[:2]):
        shutil.copy(f"{other}.checkpoint-rbm.main{ending}", f"{other}.checkpoint-spectrum.main-{left}")
    expect(len(kept(other, "spectrum.main")) == 2, "the test needs checkpoints")
    text = run(3, "run", deck, "--resume", "--set", f"campaign.archive={other}")
    expect("spectrum.main: complete, skipped" in text and kept(other, "spectrum.main") == [], "what a kill left", text)

    write(deck, sample + stack.replace("layer_2.l1 = 1e-3\n", ""))
    text = run(1, "run", deck, "--resume", code=4)
    expect("rbm.main.layer_2.l1: '0' in the deck, '0.001' in the archive" in text, "a layer's key taken away", text)
    write(deck, sample + stack)
    text = run(1, "run", deck, "--resume", "--set", "rbm.layer_1.l1=1e-2", code=4)
    expect("rbm.main.layer_1.l1: '0.01' in the deck, '0' in the archive" in text, "a layer's key added", text)

    longer = ("--set", "rbm.epochs=5", "--set", "rbm.layer_2.epochs=7")
    text = run(3, "run", deck, "--resume", *longer)
    expect("rbm.main: complete, extended" in text, "both layers grow", text)
    run(1, "run", deck, *longer, "--set", f"campaign.archive={folder}/long.h5")
    run(1, "verify", archive, f"{folder}/long.h5")
    expect(kept(archive, "rbm.main") == ["+layer_1-2", "+layer_2_above_5-1"], "one a layer", str(kept(archive, "rbm.main")))
    # The second layer alone grows: both go on from their ends.
    longest = ("--set", "rbm.epochs=5", "--set", "rbm.layer_2.epochs=8")
    text = run(2, "run", deck, "--resume", *longest, "--set", f"campaign.archive={folder}/long.h5")
    for part in ("layer 1", "layer 2 above 5"):
        expect(f"rbm.main {part}: continues from a checkpoint" in text, "the second layer alone grows", text)
    run(1, "run", deck, *longest, "--set", f"campaign.archive={folder}/longest.h5")
    run(1, "verify", f"{folder}/long.h5", f"{folder}/longest.h5")
    # The first alone: what the second learns is another, and it is trained anew.
    longest = ("--set", "rbm.epochs=6", "--set", "rbm.layer_2.epochs=8")
    text = run(2, "run", deck, "--resume", *longest, "--set", f"campaign.archive={folder}/long.h5")
    expect("rbm.main layer 1: continues from a checkpoint" in text, "the first layer grows", text)
    expect("rbm.main layer 2 above 6: continues" not in text, "the second layer has other data", text)
    run(1, "run", deck, *longest, "--set", f"campaign.archive={folder}/other_longest.h5")
    run(1, "verify", f"{folder}/long.h5", f"{folder}/other_longest.h5")

    before = read(archive)
    write(deck, DECK.format(150) + "[spectrum]\nrbm = main\n")
    text = run(2, "run", deck, "--resume", code=4)
    expect("spectrum.main: would build on /rbm/main, which is stale: /sample/main has changed" in text, "stale", text)
    expect(read(archive) == before, "a refused stage touched the archive")


def kept(archive, stage):
    """How the names of a stage's checkpoints end."""
    start = f"{os.path.basename(archive)}.checkpoint-{stage}"
    return sorted(name[len(start):] for name in os.listdir(os.path.dirname(archive)) if name.startswith(start))


def changed_keys(folder):
    """A key is refused where it contradicts what is done, and only there."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    machine = "[rbm]\nhidden = 8\nschedule = list\nlearning_rates = 0.1, 0.05\nepochs = {}\njudge_interval = 2\nsnapshots = 2, 8\n"
    write(deck, DECK.format(100) + machine.format(4))
    run(2, "run", deck)
    text = run(1, "run", deck, "--resume", "--set", "rbm.learning_rates=1e-1,   0.050")
    expect("rbm.main: complete, skipped" in text and "learning_rates" not in text, "the same numbers", text)
    future = {"learning_rates": "0.1, 0.05, 0.05, 0.05, 0.001", "judge_interval": "4", "snapshots": "2, 6", "weight_limit": "2000"}
    changes = [word for key, value in future.items() for word in ("--set", f"rbm.{key}={value}")]
    text = run(3, "run", deck, "--resume", *changes)
    expect("rbm.main: complete, skipped" in text, "nothing to do", text)
    for key, value in future.items():
        expect(f"rbm.main.{key}: '{value}' in the deck" in text and "what is complete stays as it is" in text, key, text)
    for key, value in (("learning_rates", "0.1, 0.02"), ("judge_interval", "1"), ("snapshots", "3"), ("weight_limit", "10")):
        text = run(1, "run", deck, "--resume", "--set", f"rbm.{key}={value}", code=4)
        expect(f"rbm.main.{key}: '{value}' in the deck, '" in text, f"{key} contradicts", text)
    text = run(3, "run", deck, "--resume", *changes, "--set", "rbm.epochs=8")
    expect("rbm.main: complete, extended" in text and "rbm.main: continues from a checkpoint" in text, "it goes on", text)
    run(1, "run", deck, *changes, "--set", "rbm.epochs=8", "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")

    # The same of a training that was stopped.
    other = ("--set", f"campaign.archive={folder}/other.h5")
    write(deck, DECK.format(100) + machine.format(10000000))
    stop_at_checkpoint(deck, f"{folder}/other.h5", "rbm.main")
    for key, value, what in (("learning_rates", "0.1, 0.02", "learning_rates: contradicts what is trained: epoch 2 had the rate 0.05"),
                             ("epochs", "1", "epochs: contradicts what is trained"),
                             ("judge_interval", "1", "judge_interval: contradicts what is trained: epoch 1 was not judged"),
                             ("hidden", "9", "hidden: '9' in the deck, '8' in the checkpoint")):
        text = run(1, "run", deck, "--resume", "--set", f"rbm.{key}={value}", *other, code=4)
        expect(f"rbm.main.{what}" in text and "unfinished work with other values is kept" in text, f"{key} contradicts", text)
    future |= {"learning_rates": "0.1" + ", 0.05" * 4 + ", 0.050", "snapshots": "2"}
    changes = [word for key, value in future.items() for word in ("--set", f"rbm.{key}={value}")]
    write(deck, DECK.format(100) + machine.format(10000000).replace("schedule = list\nlearning_rates = 0.1, 0.05", "learning_rate = 0.1"))
    text = run(1, "run", deck, "--resume", *other, code=4)
    expect("rbm.main.learning_rate, learning_rates, schedule: contradicts what is trained: epoch 2 had the rate 0.05" in text,
           "every key of the rates that has changed", text)
    write(deck, DECK.format(100) + machine.format(10000000))
    text = stop_at_checkpoint(deck, f"{folder}/other.h5", "rbm.main", "--resume", *changes)
    expect("rbm.main: continues from a checkpoint" in text, "it goes on", text)


def changed_keys_of_stacks(folder):
    """The same of a stack that was stopped in its second layer: each layer's keys are refused by what it has trained."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100) + "[rbm]\nhidden = 8, 4\nepochs = 3\nlayer_2.epochs = 10000000\njudge_interval = 0\nschedule = list\n"
          "learning_rates = 0.1, 0.05\nlayer_2.learning_rates = 0.2, 0.1\n")
    stop_at_checkpoint(deck, archive, "rbm.main+layer_2")
    standing = kept(archive, "rbm.main")
    for key, value, what in (
            ("layer_2.learning_rates", "0.2, 0.02", "layer_2.learning_rates: contradicts what is trained in layer 2: epoch 2 had the rate 0.1"),
            ("learning_rates", "0.1, 0.02", "learning_rates: contradicts what is trained in layer 1: epoch 2 had the rate 0.05"),
            ("layer_2.epochs", "1", "layer_2.epochs: contradicts what is trained in layer 2: "),
            ("epochs", "2", "epochs: contradicts what is trained in layer 1: 3 have begun")):
        change = ("--set", f"rbm.{key}={value}")
        text = run(1, "run", deck, "--resume", *change, code=4)
        expect(f"rbm.main.{what}" in text and "unfinished work with other values is kept" in text, f"{key} contradicts", text)
        text = run(1, "check", deck, *change)
        expect("would refuse this deck" in text and f"rbm.main.{what}" in text, "check tells it as well", text)
        expect(kept(archive, "rbm.main") == standing, "a refused run lost checkpoints")
    # What no layer has come to yet. The first layer's rates were those of 3 epochs.
    longer = ("--set", "rbm.learning_rates=0.1, 0.05, 0.05, 0.001", "--set", "rbm.layer_2.learning_rates=0.2" + ", 0.1" * 5,
              "--set", "rbm.weight_limit=2000")
    text = stop_at_checkpoint(deck, archive, "rbm.main+layer_2", "--resume", *longer)
    expect("rbm.main layer 2 above 3: continues from a checkpoint" in text and "passed over" not in text, "both layers go on", text)
    text = run(1, "check", deck, *longer)
    expect("continued from a checkpoint" in text, "check says so", text)


def scans(folder):
    """Machines trained side by side leave what a longer run continues."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100) + "[rbm.V]\nhidden_scan = 4, 6, 5\nepochs = 2\n")
    run(3, "run", deck)
    for name in ("h4", "h6", "h5"):
        found = kept(archive, f"rbm.V_{name}-")
        expect(len(found) == 1, "one checkpoint a machine", str(found))
    text = run(1, "run", deck, "--resume", "--set", "rbm.V.epochs=4")
    for name in ("h4", "h6", "h5"):
        expect(f"rbm.V_{name}: continues from a checkpoint" in text, "each goes on", text)
    run(1, "run", deck, "--set", "rbm.V.epochs=4", "--set", f"campaign.archive={folder}/long.h5")
    run(1, "verify", archive, f"{folder}/long.h5")


def flows(folder):
    """More steps continue a flow, twice over, on other rank counts; fewer are refused."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100) + THERMOMETER + "[rbm]\nhidden = 8\nepochs = 2\n"
          "[flow]\nrbm = main\nstart = 1.5, up, random\nwalkers = 70\nsteps = 4\n"
          "[flow.mean]\nrbm = main\nstart = 3.5\nwalkers = 30\nsteps = 4\ndynamics = mean_field_hidden\n")
    run(2, "run", deck)
    for ranks, steps in ((3, 7), (1, 11)):
        text = run(ranks, "run", deck, "--resume", "--set", f"flow.steps={steps}", "--set", f"flow.mean.steps={steps}")
        for name in ("main", "mean"):
            expect(f"flow.{name}: complete, extended" in text, "a flow grows", text)
            expect(f"flow.{name}: continues from a checkpoint" in text, "a flow grows from its end", text)
        expect("rbm.main: complete, skipped" in text, "its machine stays", text)
    kept = [name for name in os.listdir(folder) if "checkpoint-flow.main-" in name]
    expect(len(kept) == 1, "one checkpoint of a finished stage", str(kept))
    text = run(1, "run", deck, "--resume", "--set", "flow.steps=5", "--set", "flow.mean.steps=11", code=4)
    expect("flow.main.steps: '5' in the deck, '11' in the archive; it may grow, not shrink" in text, "fewer", text)
    run(2, "run", deck, "--set", "flow.steps=11", "--set", "flow.mean.steps=11", "--set",
        f"campaign.archive={folder}/long.h5")
    run(1, "verify", archive, f"{folder}/long.h5")


def stopped_and_locked(folder):
    """One run holds the archive; another is refused; the first is stopped by a file and resumed."""
    deck, archive = f"{folder}/long.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100).replace("8x8", "32x32") + "interval = 3000\nequilibration = 30000\n")
    first = start(2, "run", deck)
    waited = 0
    while not os.path.exists(archive + ".lock") and waited < 200:
        time.sleep(0.05)
        waited += 1
    time.sleep(0.5)
    text = run(1, "run", deck, code=4)
    expect("process" in text and text.count("blockspin: error") == 1, "the holder's process", text)
    write(f"{folder}/STOP", "")
    _, errors = first.communicate(timeout=patient(60))
    if first.returncode == 75:
        os.remove(f"{folder}/STOP")
        run(3, "run", deck, "--resume")
    else:
        expect(first.returncode == 0, "the first run", errors)
        os.remove(f"{folder}/STOP")
    run(2, "run", deck, "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")


def files(folder):
    return {entry.name: read(entry.path) for entry in os.scandir(folder) if entry.is_file()}


def unfinished(folder):
    """A first stage that was stopped has left checkpoints and no archive: no slip of the user's loses them."""
    deck, archive = f"{folder}/long.ini", f"{folder}/run.h5"
    write(deck, DECK.format(100).replace("8x8", "32x32") + "interval = 3000\nequilibration = 30000\n")
    first = start(2, "run", deck, "--set", "campaign.checkpoint_interval=0.1")
    for _ in range(1000):
        if os.path.exists(f"{archive}.checkpoint-sample.main-2"):
            break
        time.sleep(0.01)
    write(f"{folder}/STOP", "")
    _, errors = first.communicate(timeout=patient(60))
    expect(first.returncode == 75 and not os.path.exists(archive), "the first run was stopped", errors)
    expect(errors.count(f"delete {folder}/STOP, then run the same command with --resume") == 1, "the advice", errors)
    text = run(2, "run", deck, "--resume", code=75)
    expect(f"delete {folder}/STOP, then" in text, "the file that still stands is named", text)
    os.remove(f"{folder}/STOP")

    before = files(folder)
    text = run(2, "run", deck, code=4)
    expect("--resume continues it, --overwrite starts anew" in text, "neither of both", text)
    text = run(3, "run", deck, "--resume", "--set", "sample.interval=3001", "--set", "sample.exchange=off", code=4)
    expect("sample.main.interval: '3001' in the deck, '3000' in the checkpoint" in text, "a slip", text)
    expect("sample.main.exchange: 'off' in the deck, 'on' in the checkpoint" in text, "another slip", text)
    expect("undo the change, give the stage another name, or delete" in text, "the ways out", text)
    text = run(1, "run", deck, "--resume", "--set", "campaign.seed=6", code=4)
    expect("campaign.seed: '6' in the deck, '5' in the checkpoint" in text, "another seed", text)
    expect(files(folder) == before, "a refused run touched what was there", str(files(folder).keys()))

    text = run(3, "run", deck, "--resume")
    expect("sample.main: continues from a checkpoint" in text, "it goes on", text)
    run(2, "run", deck, "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")


def found_ladders(folder):
    """temperatures = auto: the same on any rank count, kept by what comes after, told in the log."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    auto = DECK.replace("temperatures = 1.5:3.5:0.5", "temperatures = auto\nfirst = 1.5\nlast = 3.5\ncount = 5")
    write(deck, auto.format(100))
    text = run(2, "run", deck)
    expect("of exchanges were accepted" in text, "the search is told", text)
    ladder = text.split("sample.main: temperatures ")[1].split(";")[0]
    expect(ladder.startswith("1.5, ") and ladder.endswith(", 3.5") and ladder.count(",") == 4, "the ladder", ladder)
    run(1, "run", deck, "--set", f"campaign.archive={folder}/one.h5")
    run(1, "verify", archive, f"{folder}/one.h5")

    # Neighbours that hardly exchange are named; those of a ladder that was found, and these, are not.
    expect("replicas hardly pass there" not in text, "no warning", text)
    wide = ("--set", "sample.temperatures=1.5,1.6,5,5.5", "--set", f"campaign.archive={folder}/wide.h5")
    write(deck, DECK.format(100).replace("8x8", "16x16"))
    text = run(2, "run", deck, *wide)
    expect(text.count("replicas hardly pass there") == 1, "one warning", text)
    expect("exchange between T = 1.6 and 5 is accepted in 0 % of attempts only" in text, "by name", text)
    expect("update metropolis (spins are correlated over at most" in text, "update = auto tells its choice", text)
    expect("auto.update = metropolis" in run(1, "info", f"{folder}/wide.h5", "--all"), "the archive has it")
    write(deck, auto.format(100))

    # What is made from it may name its temperatures, now that they are known; and only those.
    inner = ladder.split(", ")[2]
    machine = f"[rbm]\nhidden = 4\nepochs = 1\nbatch = 50\ntemperatures = 1.5, {inner}\n"
    write(deck, auto.format(100) + machine)
    run(1, "run", deck, "--resume")
    text = run(1, "run", deck, "--resume", "--set", f"rbm.temperatures=1.5, {inner}1", code=3)
    expect("is not one of /sample/main" in text and ladder in text, "the allowed temperatures", text)

    for number, checkpoints in enumerate(("kept", "deleted")):
        if checkpoints == "deleted":
            for name in os.listdir(folder):
                if ".checkpoint-" in name:
                    os.remove(f"{folder}/{name}")
        write(deck, auto.format(150 + 50 * number))
        text = run(3, "run", deck, "--resume")
        expect("of exchanges were accepted" not in text, "the ladder is not searched for again", text)
        once = f"{folder}/long_{number}.h5"
        run(2, "run", deck, "--set", f"campaign.archive={once}")
        write(deck, auto.format(150 + 50 * number) + machine)
        run(1, "run", deck, "--resume", "--set", f"campaign.archive={once}")
        run(2, "run", deck, "--resume")
        run(1, "verify", archive, once)
    text = run(1, "run", deck, "--resume", "--set", "sample.count=6", code=4)
    expect("sample.main.count: '6' in the deck, '5' in the archive" in text, "another ladder", text)


def grown_while_interrupted(folder):
    """What `auto` became stays when a sample that was stopped is asked for more."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    write(deck, DECK.format(2000) + "interval = 10000\nequilibration = 1000\n")
    more = ("--resume", "--set", "sample.configurations=4200")  # auto replicas: 64 for 2,000, 256 for 4,200
    first = start(2, "run", deck)
    for _ in range(400):
        if os.path.exists(f"{archive}.checkpoint-sample.main+settled-1"):
            break
        time.sleep(0.02)
    write(f"{folder}/STOP", "")
    _, errors = first.communicate(timeout=patient(60))
    os.remove(f"{folder}/STOP")
    expect(first.returncode == 75, "the run was stopped", errors)
    run(3, "run", deck, *more)

    once = f"{folder}/once.h5"
    run(1, "run", deck, "--set", f"campaign.archive={once}")
    text = run(2, "run", deck, "--set", f"campaign.archive={once}", *more)
    expect("replicas = auto stays 64, as when the sample began; a new sample of 4200 configurations would have 256" in text,
           "what a fresh run would do", text)
    run(1, "verify", archive, once)


def targets(folder):
    """target_error: both ends are told, and a raised limit ends like a limit that was high from the start."""
    deck, archive = f"{folder}/deck.ini", f"{folder}/run.h5"
    target = "equilibration = 200\ninterval = 10\ntarget_error = energy:1e-3, binder_cumulant:1e-2\nmax_sweeps = {}\n"
    write(deck, DECK.format(100) + target.format(300))
    text = run(2, "run", deck)
    expect("target_error energy:0.001 is not met after 300 sweeps" in text, "the limit", text)
    expect("the limit of max_sweeps is reached" in text, "the limit's name", text)
    text = run(1, "run", deck, "--resume", "--set", "sample.configurations=200", code=4)
    expect("with a target_error" in text, "configurations cannot grow", text)

    write(deck, DECK.format(100) + target.format(100000))
    text = run(3, "run", deck, "--resume")
    expect("sample.main: continues from a checkpoint" in text, "it goes on", text)
    expect("target_error energy:0.001 is met after" in text, "the target", text)
    run(1, "run", deck, "--set", f"campaign.archive={folder}/once.h5")
    run(1, "verify", archive, f"{folder}/once.h5")
    text = run(1, "info", archive, "--all")
    expect("target/energy/met" in text and "target/binder_cumulant/reached" in text, "the archive tells", text)


SCENARIOS = (existing_archives, machines, changed_keys, changed_keys_of_stacks, scans, flows, stopped_and_locked, unfinished, found_ladders, grown_while_interrupted, targets)
wanted = sys.argv[3:] or [scenario.__name__ for scenario in SCENARIOS]
expect(set(wanted) <= {scenario.__name__ for scenario in SCENARIOS}, "no such scenario", str(wanted))
for scenario in SCENARIOS:
    if scenario.__name__ in wanted:
        with tempfile.TemporaryDirectory() as scratch:
            scenario(scratch)
print("archives that exist are continued, extended, refused or replaced as asked")
