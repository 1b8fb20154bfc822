"""The rules of the house, read from the text of the sources: floors, names, sizes, forbidden words, links of pages.

    python3 rules.py [ROOT]      prints every violation; exit status 1 when there is one

The rooms and the edges between them are declared here once (src/README.md says why they are so).
"""

import re
import sys
from pathlib import Path

# Room: floor, and the rooms of its own floor that it may include. Lower floors are open to every room but for CLOSED.
ROOMS = {
    "base": (0, set()),
    "mpi": (1, set()),
    "rng": (1, set()),
    "h5": (1, {"mpi"}),
    "petsc": (1, {"mpi"}),
    "stats": (2, set()),
    "deck": (2, set()),
    "archive": (2, set()),
    "tables": (2, set()),
    "lattice": (3, set()),
    "ising": (3, {"lattice"}),
    "rbm": (3, set()),
    "replica": (4, set()),
    "train": (4, set()),
    "analysis": (4, set()),
    "rg": (4, {"replica"}),
    "campaign": (5, set()),
    "stages": (6, set()),
    "app": (7, set()),
}
# Physics (floors 3 and 4) takes plain structs, views, a communicator and a random stream: no deck, no file.
CLOSED = {floor: {"deck", "archive", "tables", "h5"} for floor in (3, 4)}
# MPI is spoken by the rooms that wrap a library with a parallel interface; physics calls the typed members of
# mpi/communicator.hpp. What a deck is, only these rooms know below the floor of the frame; base names the kinds of failure.
PHYSICS_FLOORS = (3, 4)
FRAME_FLOOR = 5
KNOW_DECKS = {"base", "deck", "archive"}
MPI_CALL = re.compile(r"\bMPI_\w+")
DECK_WORD = re.compile(r"\bdecks?\b|\"(?:campaign|model|parallel)\.\w+\"", re.IGNORECASE)
# Streams that no stage draws from.
OTHER_STREAMS = {"test", "bench"}
STREAM = re.compile(r"^\s*(\w+) = \d+,", re.MULTILINE)
STREAMS_OF_A_STAGE = re.compile(r"\b(\w+)::streams\(\) \{\s*using enum rng::StreamId;\s*return \{([^}]*)\};")
# Rooms that run steppers and have none.
STEPPERLESS = {"campaign", "stages"}
# Third-party headers that only the room wrapping them may include.
WRAPPED = {"hdf5.h": {"h5"}, "H5public.h": {"h5"}, "boost/program_options.hpp": {"deck", "app"}}

FILE_CEILING = 500
FUNCTION_CEILING = 60
KERNEL_CEILING = 100  # for a function whose comment says that it is a hot kernel
FORBIDDEN_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK|atoi|mt19937|using namespace std)\b")
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|common|manager|helpers?|misc)(_|\.|$)")
TABLE = re.compile(r"(rows|schema)\(\) \{$")  # a table of declarations is data, however long
SOURCE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh"}
SOURCE_FOLDERS = ("include", "src", "tests", "runscripts", "postprocess")
PAGE_FOLDERS = (*SOURCE_FOLDERS, "input")
FRONT_PAGE_CEILING = 9000  # bytes of README.md: what a reader takes in within five minutes

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
PAGE_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CLASS = re.compile(r"\b(?:class|struct)\s+(\w+)(?:\s+final)?\s*:\s*([^{;]*)\{")
MODULE_LINE = re.compile(r"blockspin_module\(\s*(\w+)(.*?)\)", re.DOTALL)


def allowed(room, other):
    """Whether `room` may use `other`."""
    floor, siblings = ROOMS[room]
    other_floor = ROOMS[other][0]
    if other in CLOSED.get(floor, ()):
        return False
    return other == room or other in siblings or other_floor < floor


def sources(root):
    """(path, room) of every C++ file of the program."""
    for top in ("include/blockspin", "src"):
        for path in sorted((root / top).rglob("*.[ch]pp")):
            yield path, path.relative_to(root / top).parts[0]


def include_violations(root):
    for path, room in sources(root):
        if room not in ROOMS:
            yield f"{path.relative_to(root)}: '{room}' is no room of the house"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header, place = match[1], f"{path.relative_to(root)}:{number}"
            parts = header.split("/")
            if parts[0] == "blockspin" and len(parts) > 2:
                if parts[1] not in ROOMS:
                    yield f"{place}: '{parts[1]}' is no room of the house"
                elif not allowed(room, parts[1]):
                    yield f"{place}: {room} may not include {parts[1]}"
            elif ".." in parts:
                yield f"{place}: include by \"blockspin/<room>/...\", not by a way out of the folder"
            elif header in WRAPPED and room not in WRAPPED[header]:
                yield f"{place}: only {', '.join(sorted(WRAPPED[header]))} may include {header}"


def included_rooms(root):
    """Room: the other rooms that its sources include."""
    rooms = {}
    for path, room in sources(root):
        headers = [match[1] for match in map(INCLUDE.match, path.read_text().splitlines()) if match]
        used = {header.split("/")[1] for header in headers if header.startswith("blockspin/") and header.count("/") > 1}
        rooms.setdefault(room, set()).update(used - {room})
    return rooms


def link_violations(root):
    """What src/<room>/CMakeLists.txt links is what the room includes, and allowed."""
    included = included_rooms(root)
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        match = MODULE_LINE.search(path.read_text())
        if not match or match[1] not in ROOMS:
            continue
        room, name = match[1], path.relative_to(root)
        depends = re.search(r"DEPENDS([^A-Z]*)", match[2])
        linked, used = set(depends[1].split()) if depends else set(), included.get(room, set())
        for other in sorted(linked & set(ROOMS)):
            if not allowed(room, other):
                yield f"{name}: {room} may not link {other}"
            elif other not in used:
                yield f"{name}: {room} links {other} and includes nothing of it"
        for other in sorted(used - linked):
            yield f"{name}: {room} includes {other} and does not link it"


def edge_violations(root):
    """An edge between rooms of one floor stands in ROOMS only while an include uses it."""
    for room, used in sorted(included_rooms(root).items()):
        for other in sorted(ROOMS.get(room, (0, set()))[1] - used):
            yield f"rules.py: {room} may include {other}, and never does"


def boundary_violations(root):
    """No MPI in physics, no deck below the frame: whatever the includes, the words would tell."""
    for path, room in sources(root):
        floor = ROOMS.get(room, (FRAME_FLOOR, set()))[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            place, mpi, deck = f"{path.relative_to(root)}:{number}", MPI_CALL.search(line), DECK_WORD.search(line)
            if mpi and floor in PHYSICS_FLOORS:
                yield f"{place}: physics calls the communicator, not {mpi[0]}"
            if deck and floor < FRAME_FLOOR and room not in KNOW_DECKS:
                yield f"{place}: {room} knows no deck, and says {deck[0]}"


def stepper_violations(root):
    """A stage adapts, the frame runs: long loops are physics, so no class of these two rooms is a stepper, of whatever kind."""
    classes = [(path, room, name, bases_of(bases)) for path, room in sources(root)
               for name, bases in CLASS.findall(path.read_text())]
    steppers, n_before = {"Stepper"}, 0
    while len(steppers) > n_before:
        n_before = len(steppers)
        steppers |= {name for _, _, name, bases in classes if bases & steppers}
    for path, room, name, bases in classes:
        if room in STEPPERLESS and bases & steppers:
            yield f"{path.relative_to(root)}: {name} is a stepper, which belongs to the physics below"


def stream_violations(root):
    """Every random stream of the registry is declared by a stage, and stages draw by the Context, which looks at this."""
    registry = Path(root) / "include/blockspin/rng/streams.hpp"
    stages = [path for path, room in sources(root) if room == "stages"]
    declared = {name for path in stages for _, names in STREAMS_OF_A_STAGE.findall(path.read_text())
                for name in re.findall(r"\w+", names)}
    if registry.is_file():
        for name in sorted(set(STREAM.findall(registry.read_text())) - declared - OTHER_STREAMS):
            yield f"{registry.relative_to(root)}: no stage declares the random stream {name}"
    for path in stages:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "context.seed(), rng::StreamId" in line:
                yield f"{path.relative_to(root)}:{number}: a stage draws by Context::random()"


def bases_of(text):
    """The names of base classes, without namespaces and template arguments."""
    return {base.split()[-1].split("::")[-1] for base in re.sub(r"<.*>", "", text).split(",") if base.split()}


def own_files(root):
    for top in SOURCE_FOLDERS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and "__pycache__" not in path.parts:
                yield path


def text_violations(root):
    """File sizes, file names, forbidden words."""
    for path in own_files(root):
        name, lines = path.relative_to(root), path.read_text().splitlines()
        if len(lines) > FILE_CEILING:
            yield f"{name}: {len(lines)} lines, the ceiling is {FILE_CEILING}"
        if FORBIDDEN_NAMES.search(path.name):
            yield f"{name}: a file is named for what it holds"
        if "arch" in name.parts:
            continue  # this file names the words it forbids
        for number, line in enumerate(lines, 1):
            match = FORBIDDEN_WORDS.search(line)
            if match:
                yield f"{name}:{number}: '{match[1]}' does not belong here"


def function_violations(root):
    """Lengths of functions, from the layout clang-format gives them: a body ends with `}` no deeper than its head."""
    for path, _ in sources(root):
        lines = path.read_text().splitlines()
        for first, line in enumerate(lines):
            if not is_function_head(lines, first):
                continue
            indent = len(line) - len(line.lstrip())
            last = next((i for i in range(first + 1, len(lines)) if re.match(rf" {{0,{indent}}}}}", lines[i])), first)
            if TABLE.search(line):
                continue
            kernel = any("hot kernel" in lines[i] for i in range(max(0, first - 8), first))
            ceiling = KERNEL_CEILING if kernel else FUNCTION_CEILING
            length = last - first + 1
            if length > ceiling:
                yield f"{path.relative_to(root)}:{first + 1}: a function of {length} lines, the ceiling is {ceiling}"


def is_function_head(lines, number):
    """Whether the line opens a function's body: `) ... {` at the indentation of a declaration, no control statement."""
    line = lines[number]
    if not line.endswith("{") or len(line) - len(line.lstrip()) > 4:
        return False
    if re.match(r"\s*(namespace|class|struct|union|enum|if|else|for|while|switch|do|try|catch|\}|return)\b", line):
        return False
    return re.search(r"\)[^;=]*\{$", line) is not None


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def page_violations(root):
    """Every relative link and image of a page leads to a file, and to a heading of it; the front page stays short."""
    front = root / "README.md"
    if front.is_file() and front.stat().st_size > FRONT_PAGE_CEILING:
        yield f"README.md: {front.stat().st_size} bytes, the ceiling is {FRONT_PAGE_CEILING}"
    pages = [*root.glob("*.md"), *(page for top in PAGE_FOLDERS for page in (root / top).rglob("*.md"))]
    for page in sorted(pages):
        for link in PAGE_LINK.findall(page.read_text()):
            if re.match(r"[a-z]+:", link):
                continue  # of the web
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if not target.exists():
                yield f"{page.relative_to(root)}: the link {link} leads to no file"
            elif anchor and anchor not in anchors(target):
                yield f"{page.relative_to(root)}: the link {link} leads to no heading"


def violations(root):
    root = Path(root)
    rules = (include_violations, link_violations, edge_violations, boundary_violations, stepper_violations, stream_violations,
             text_violations, function_violations, page_violations)
    return [violation for rule in rules for violation in rule(root)]


if __name__ == "__main__":
    found = violations(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    print("\n".join(found) or "every rule is kept")
    sys.exit(1 if found else 0)
