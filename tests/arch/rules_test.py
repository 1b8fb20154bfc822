"""The house keeps its rules, and each rule notices when it is broken."""

import tempfile
import unittest
from pathlib import Path

import rules

ROOT = Path(__file__).resolve().parents[2]


class TheHouse(unittest.TestCase):
    def test_keeps_every_rule(self):
        self.assertEqual([], rules.violations(ROOT))

    def test_every_room_has_its_folder(self):
        rooms = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(set(rules.ROOMS), rooms)

    def test_every_folder_has_a_readme(self):
        folders = ["src", "include", "tests", "input", "runscripts", "postprocess"]
        folders += [f"src/{room}" for room in rules.ROOMS]
        self.assertEqual([], [folder for folder in folders if not (ROOT / folder / "README.md").is_file()])


class BrokenHouses(unittest.TestCase):
    """Twins: a small tree with one injected fault each, which the rules must find."""

    def found(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return rules.violations(folder)

    def assert_found(self, name, text, fragment):
        found = self.found(name, text)
        self.assertTrue(any(fragment in line for line in found), f"{fragment!r} is not in {found}")

    def test_a_good_file_is_good(self):
        self.assertEqual([], self.found("src/rbm/machine.cpp", '#include "blockspin/rng/generator.hpp"\n'))

    def test_upward(self):
        self.assert_found("src/base/x.cpp", '#include "blockspin/mpi/agree.hpp"\n', "base may not include mpi")

    def test_sideways(self):
        self.assert_found("src/rbm/x.cpp", '#include "blockspin/ising/y.hpp"\n', "rbm may not include ising")

    def test_named_edge_is_one_way(self):
        self.assertEqual([], self.found("src/h5/x.cpp", '#include "blockspin/mpi/agree.hpp"\n'))
        self.assert_found("src/mpi/x.cpp", '#include "blockspin/h5/file.hpp"\n', "mpi may not include h5")

    def test_physics_knows_no_files(self):
        self.assert_found("include/blockspin/train/x.hpp", '#include "blockspin/deck/y.hpp"\n', "may not include deck")
        self.assert_found("src/ising/x.cpp", "#include <hdf5.h>\n", "only h5 may include hdf5.h")

    def test_streams_are_declared(self):
        registry = "enum class StreamId { flow_start = 48, ///< random starts\n  flow_end = 49, ///< none\n  test = 1024,\n"
        self.assert_found("include/blockspin/rng/streams.hpp", registry.replace("{ ", "{\n  "),
                          "no stage declares the random stream flow_end")
        self.assert_found("src/stages/x.cpp", "rng::Generator g(context.seed(), rng::StreamId::flow_start, 0);\n",
                          "a stage draws by Context::random()")

    def test_unknown_room(self):
        self.assert_found("src/cellar/x.cpp", "", "'cellar' is no room")

    def test_way_out_of_the_folder(self):
        self.assert_found("src/rbm/x.cpp", '#include "../deck/y.hpp"\n', "not by a way out")

    def test_link_edge(self):
        self.assert_found("src/lattice/CMakeLists.txt", "blockspin_module(lattice DEPENDS base ising LIBRARIES m)\n",
                          "lattice may not link ising")

    def test_link_without_include(self):
        module = "blockspin_module(lattice DEPENDS base)\n"
        self.assert_found("src/lattice/CMakeLists.txt", module, "lattice links base and includes nothing of it")

    def test_include_without_link(self):
        with tempfile.TemporaryDirectory() as folder:
            room = Path(folder) / "src" / "lattice"
            room.mkdir(parents=True)
            (room / "CMakeLists.txt").write_text("blockspin_module(lattice DEPENDS base)\n")
            (room / "x.cpp").write_text('#include "blockspin/base/error.hpp"\n#include "blockspin/mpi/agree.hpp"\n')
            self.assertEqual(["src/lattice/CMakeLists.txt: lattice includes mpi and does not link it"],
                             rules.violations(folder))

    def test_edge_that_nobody_uses(self):
        self.assert_found("src/ising/x.cpp", "int i;\n", "ising may include lattice, and never does")

    def test_mpi_in_physics(self):
        call = "int f() { return MPI_Barrier(comm.handle()); }\n"
        self.assert_found("src/replica/x.cpp", call, "not MPI_Barrier")
        self.assert_found("include/blockspin/rbm/x.hpp", "void f(MPI_Datatype type);\n", "not MPI_Datatype")
        self.assertEqual([], self.found("src/mpi/x.cpp", call))

    def test_deck_below_the_frame(self):
        self.assert_found("src/train/x.cpp", "throw Error(ErrorKind::deck, text);\n", "train knows no deck")
        self.assert_found("include/blockspin/rg/x.hpp", "/// What the deck asks for.\n", "rg knows no deck")
        self.assert_found("src/rbm/x.cpp", 'reject("model.lattice");\n', 'says "model.lattice"')
        self.assertEqual([], self.found("src/stages/x.cpp", "throw Error(ErrorKind::deck, text);\n"))

    def test_steppers_are_physics(self):
        stepper = "class Steps final : public blockspin::Stepper {\n};\n"
        self.assertEqual([], self.found("src/analysis/x.cpp", stepper))
        for room in ("stages", "campaign"):
            self.assert_found(f"src/{room}/x.cpp", stepper, "Steps is a stepper")
            self.assert_found(f"include/blockspin/{room}/x.hpp",
                              "struct Rows : public Stepper {};\nclass More : private Base<int>, public Rows {};\n",
                              "More is a stepper")
            self.assertEqual([], self.found(f"src/{room}/x.cpp", "class Loop : public StageOf<Stepper> {};\n"))

    def test_file_ceiling(self):
        self.assert_found("src/base/x.cpp", "int i;\n" * (rules.FILE_CEILING + 1), "lines, the ceiling is")

    def test_function_ceiling(self):
        long = "int f(int i) {\n" + "  ++i;\n" * rules.FUNCTION_CEILING + "  return i;\n}\n"
        self.assert_found("src/base/x.cpp", long, "a function of")
        self.assertEqual([], self.found("src/base/x.cpp", "// A hot kernel: one pass over the row.\n" + long))

    def test_words_and_names(self):
        self.assert_found("src/base/x.cpp", "// TODO\n", "does not belong here")
        self.assert_found("src/base/deck_utils.cpp", "", "named for what it holds")

    def test_links_of_pages(self):
        good = "# A page\n[itself](#a-page), [a file](README.md), ![a file](../src/README.md#a-page), [web](https://a.b/c.md)\n"
        self.assertEqual([], self.found("src/README.md", good))
        self.assert_found("src/README.md", "[a file](../input/README.md)\n", "src/README.md: the link ../input/README.md leads to no file")
        self.assert_found("src/README.md", "![figure](figure.png)\n", "the link figure.png leads to no file")
        self.assert_found("input/README.md", "# A page\n[part](#another-page)\n", "leads to no heading")

    def test_front_page(self):
        self.assertEqual([], self.found("README.md", "x" * rules.FRONT_PAGE_CEILING))
        self.assert_found("README.md", "x" * (rules.FRONT_PAGE_CEILING + 1), "bytes, the ceiling is")


if __name__ == "__main__":
    unittest.main()
