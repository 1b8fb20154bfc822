"""The report: what it says of a sound, a faulty, a partial and a half-done campaign, and what a browser makes of it."""

import html.parser
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py

import blockspin
import campaign
from blockspin.report import attention, pdf
from browser import Browser, why_not

DECK = campaign.ROOT / "tests/endtoend/small.ini"
DIVERGING = campaign.SMALL_SAMPLE + """[rbm]
hidden = 6
batch = 40
epochs = 9
schedule = list
learning_rates = 0.01, 0.02, 1e6
[spectrum]
rbm = main
"""
WIDTHS = (390, 1400)


def setUpModule():
    global scratch, path, page
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    path = campaign.run_deck(DECK, scratch / "small.h5", 1)
    page = report(scratch / "report", path)


def report(output, *archives):
    """The page that the command makes of archives."""
    command = [sys.executable, "-B", "-m", "blockspin.report", *archives, "-o", output]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output / "report.html"


class Reader(html.parser.HTMLParser):
    """Headings, pictures, and whether every tag that is opened is closed."""

    EMPTY = {"meta", "link", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.alts, self.sources, self.wrong = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append(dict(attributes)["alt"])
            self.sources.append(dict(attributes)["src"])
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def notes_of(archive):
    return [(note.weight, note.text) for note in attention.of_archive(archive)]


class Page(unittest.TestCase):
    def test_sections_are_those_of_which_there_is_something(self):
        read = Reader(page.read_text(encoding="utf-8"))
        self.assertEqual(([], []), (read.open, read.wrong))
        self.assertEqual(["What needs attention", "What was run", "Configurations and sampling quality", "Training",
                          "Thermometer beside Bayes", "Flows", "Spectra of the weights"], read.headings[1:])

    def test_every_picture_stands_in_the_page_and_has_words_with_numbers(self):
        read = Reader(page.read_text(encoding="utf-8"))
        self.assertGreater(len(read.alts), 20)
        self.assertEqual([], [source[:40] for source in read.sources if not source.startswith("data:image/png;base64,")])
        self.assertEqual([], [alt for alt in read.alts if not any(letter.isdigit() for letter in alt)])

    def test_texts_of_archives_are_escaped(self):
        shutil.copy(path, scratch / "script.h5")
        with h5py.File(scratch / "script.h5", "r+") as file:
            file.attrs["title"] = "<script>alert(1)</script>"
        self.assertNotIn("<script>", report(scratch / "script", scratch / "script.h5").read_text(encoding="utf-8"))

    def test_no_archive_is_refused_in_one_line(self):
        done = subprocess.run([sys.executable, "-B", "-m", "blockspin.report", str(DECK)], capture_output=True, text=True, check=False)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)


class Attention(unittest.TestCase):
    def changed(self, change):
        shutil.copy(path, scratch / "changed.h5")
        with h5py.File(scratch / "changed.h5", "r+") as file:
            change(file)
        with blockspin.open_archive(scratch / "changed.h5") as archive:
            return notes_of(archive)

    def said(self, change, weight, text):
        """Whether a change brings this note, which was not there before."""
        with blockspin.open_archive(path) as archive:
            before = notes_of(archive)
        found = [note for note in self.changed(change) if note not in before]
        self.assertTrue(any(note[0] == weight and text in note[1] for note in found), found)

    def test_an_archive_that_is_sound_has_nothing_to_check_of_its_energies(self):
        with blockspin.open_archive(path) as archive:
            self.assertEqual([], [text for _, text in notes_of(archive) if "exact values" in text or "Out of date" in text])

    def test_wrong_energies(self):
        def change(file):
            file["sample/main/observables/energy/mean"][3] += 30 * file["sample/main/observables/energy/error"][3]
        self.said(change, "check", "from exact values: energy at T = 2.5 by")

    def test_a_cut_ladder_and_slow_chains(self):
        def cut(file):
            file["sample/main/exchange/acceptance"][2] = 0.01

        def slow(file):
            file["sample/main/observables/energy/tau"][2] = 1e4
        self.said(cut, "check", "the ladder is cut")
        self.said(slow, "check", "neighbours in time are correlated")
        self.said(slow, "check", "less than ten autocorrelation times")
        self.said(slow, "check", "independent samples only")

    def test_what_is_out_of_date(self):
        def change(file):
            file["rbm/V"].attrs["content_hash"] = 32 * "0"
        self.said(change, "check", "Out of date: flow/V")

    def test_flows_without_an_end(self):
        def change(file):
            mean = file["flow/V/energy/mean"]
            mean[0, -1] = mean[1, -1] + 1
        self.said(change, "note", "without an end yet")

    def test_a_stage_that_failed_and_one_that_is_not_there(self):
        (scratch / "diverging.ini").write_text(DIVERGING, encoding="utf-8")
        campaign.blockspin("run", scratch / "diverging.ini", "--set", f"campaign.archive={scratch / 'partial.h5'}", ranks=1)
        with blockspin.open_archive(scratch / "partial.h5") as archive:
            notes = notes_of(archive)
        self.assertTrue(any("partial, because the stage failed: main" in text for _, text in notes), notes)
        self.assertTrue(any("[spectrum]" in text and "Not there yet" in text for _, text in notes), notes)
        read = Reader(report(scratch / "half", scratch / "partial.h5").read_text(encoding="utf-8"))
        self.assertEqual("Configurations and sampling quality", read.headings[-1])

    def test_a_folder_of_archives(self):
        folder = scratch / "sweep"
        folder.mkdir()
        for name in ("one.h5", "two.h5"):
            shutil.copy(path, folder / name)
        text = report(scratch / "both", folder).read_text(encoding="utf-8")
        self.assertIn("one.h5", text)
        self.assertIn("two.h5", text)


class InABrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if reason := why_not():
            raise unittest.SkipTest(reason)

    def look(self, url, width, scheme="light", media="screen"):
        self.browser.open(url, width, scheme=scheme, media=media)
        return {"broken": self.browser.value("[...document.images].filter(i => !i.complete || !i.naturalWidth).length"),
                "pictures": self.browser.value("document.images.length"),
                "overflow": self.browser.value("document.documentElement.scrollWidth") - width,
                "console": self.browser.console(), "requests": len(self.browser.requests()) - 1}

    def setUp(self):
        self.browser = self.enterContext(Browser())

    def test_pictures_load_nothing_overflows_and_the_console_is_clean(self):
        n_pictures = len(Reader(page.read_text(encoding="utf-8")).alts)
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                seen = self.look(page.as_uri(), width, scheme)
                self.assertEqual({"broken": 0, "pictures": n_pictures, "overflow": 0, "console": [], "requests": 0}, seen)
                self.browser.screenshot(scratch / "page.png")
                self.assertGreater((scratch / "page.png").stat().st_size, 50_000)

    def test_dark_is_dark_and_paper_is_white(self):
        colour = "getComputedStyle(document.body).backgroundColor"
        for scheme, media, expected in (("light", "screen", "rgb(255, 255, 255)"), ("dark", "screen", "rgb(20, 23, 27)"),
                                        ("dark", "print", "rgb(255, 255, 255)")):
            self.look(page.as_uri(), 1400, scheme, media)
            self.assertEqual(expected, self.browser.value(colour))

    def test_faults_of_a_page_would_be_seen(self):
        text = page.read_text(encoding="utf-8")
        wrong = scratch / "wrong.html"
        wrong.write_text(text.replace("data:image/png;base64,iVBORw0KGgo", "data:image/png;base64,AAAAAAAAAAA", 1).replace(
            "</main>", '<div style="width: 2000px">wide</div><script>nothing()</script><img src="none.png" alt="1"></main>'))
        seen = self.look(wrong.as_uri(), 390)
        self.assertEqual(2, seen["broken"])
        self.assertGreater(seen["overflow"], 1000)
        self.assertTrue(seen["console"])
        self.assertEqual(1, seen["requests"])

    def test_it_is_printed(self):
        self.assertTrue(pdf.printed(page).read_bytes().startswith(b"%PDF"))


if __name__ == "__main__":
    unittest.main()
