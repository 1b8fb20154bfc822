"""A headless Chromium for tests of pages, spoken to through its pipe of the DevTools protocol: no driver is needed."""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from patience import patient

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
OPTIONS = ("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage",
           "--no-sandbox")  # only pages of the tests themselves are opened
CONSOLE = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")  # events that a clean page has none of


def why_not():
    """Why no browser can be used here; "" where one can. A machine may forbid what every browser needs."""
    if BROWSER is None:
        return "no Chromium is installed"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run([BROWSER, *OPTIONS, f"--user-data-dir={profile}", "--dump-dom", "data:text/html,<p>here</p>"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=patient(60))
    return "" if "<p>here</p>" in done.stdout else f"{BROWSER} shows no page here: {done.stderr[-500:]}"


class Browser:
    """One page. Use it in a `with` block."""

    def __enter__(self):
        # Helpers of the browser may still write into its profile when the browser itself has gone.
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.words = tempfile.TemporaryFile()
        to_browser, self.send_end = _pipe()
        self.receive_end, from_browser = _pipe()
        command = [BROWSER, *OPTIONS, "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}"]
        shell = ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "browser"]  # where Chromium looks for its pipe
        self.process = subprocess.Popen(shell + command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.words, pass_fds=(to_browser, from_browser), start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.n_sent, self.bytes, self.events, self.session = 0, b"", [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)  # renderers and other helpers among them
        self.process.wait()
        os.close(self.send_end)
        os.close(self.receive_end)
        self.words.close()
        self.profile.cleanup()

    def ask(self, method, **parameters):
        """The answer to one command; events that come before it are kept."""
        self.n_sent += 1
        message = {"id": self.n_sent, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == self.n_sent:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def next_message(self):
        deadline = time.monotonic() + patient(60)
        while b"\0" not in self.bytes:
            ready, _, _ = select.select([self.receive_end], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"the browser does not answer: {self.last_words()}"
            more = os.read(self.receive_end, 1 << 20)
            assert more, f"the browser has ended: {self.last_words()}"
            self.bytes += more
        message, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(message)

    def last_words(self):
        self.words.seek(0)
        return self.words.read()[-1000:].decode(errors="replace")

    def open(self, url, width, height=900, scheme="light", media="screen"):
        """Opens a page in a window of that width, and waits until it is loaded."""
        self.events.clear()
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        loader = self.ask("Page.navigate", url=url)["loaderId"]
        while not any(_is_loaded(event, loader) for event in self.events):
            self.events.append(self.next_message())

    def value(self, expression):
        """What a JavaScript expression of the page is."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def console(self):
        """What the page has told the console, errors among it."""
        return [event for event in self.events if event.get("method") in CONSOLE]

    def requests(self):
        """URLs that the page has asked for, but for those of data that stand in it."""
        urls = [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]

    def screenshot(self, path, whole=True):
        """Of the whole page, or of what the window shows, into a PNG file."""
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))


def _is_loaded(event, loader):
    """Whether an event says that this navigation is loaded: the page before may still tell of its own."""
    said = event.get("params", {})
    return event.get("method") == "Page.lifecycleEvent" and said["name"] == "load" and said["loaderId"] == loader


def _pipe():
    """(reading end, writing end), numbered so high that 3 and 4 are free."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends)
    for end in ends:
        os.close(end)
    return high
