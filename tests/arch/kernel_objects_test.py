"""Objects compiled for one instruction set define nothing that the linker may use for other code.

    kernel_objects_test.py NM COMPILER OBJECT... -- ARCHIVE...

An inline function or a template of external linkage is a weak symbol in every object that uses it, and the linker keeps
any one of them: one compiled for AVX-512 would end the program on lesser processors.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

NM, COMPILER, *REST = sys.argv[1:]
OBJECTS, ARCHIVES = REST[: REST.index("--")], REST[REST.index("--") + 1 :]
WEAK = "WwVvu"  # nm's letters for symbols that may be merged
POINTER = "DW.ref."  # how an object refers to the handler of exceptions: an address, the same wherever it is from


def symbols(path):
    """[(object, symbol, nm's letter)] of an archive or object."""
    listing = subprocess.run([NM, "-A", "--format=posix", path], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        place, rest = line.split(": ", 1)
        name, letter = rest.split()[:2]
        yield place.split("[")[-1].rstrip("]"), name, letter


def may_be_merged(name, letter):
    return letter in WEAK and not name.startswith(POINTER)


class KernelObjects(unittest.TestCase):
    def test_no_symbol_may_be_merged(self):
        seen = set()
        for archive in ARCHIVES:
            for member, name, letter in symbols(archive):
                if member in OBJECTS:
                    seen.add(member)
                    self.assertFalse(may_be_merged(name, letter), f"{member}: {name} ({letter})")
        self.assertEqual(set(OBJECTS), seen)

    def test_an_inline_function_is_found(self):
        """The twin: an inline function of a header, used by a kernel."""
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder) / "x.cpp", Path(folder) / "x.o"
            source.write_text("inline __attribute__((noinline)) int f(int i) { return i + 1; }\n"
                              "int kernel(int i) { return f(i); }\n")
            subprocess.run([COMPILER, "-O3", "-c", source, "-o", made], check=True)
            self.assertTrue(any(may_be_merged(name, letter) for _, name, letter in symbols(made)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
