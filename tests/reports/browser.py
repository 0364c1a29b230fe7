"""Debian's Chromium, told over its own pipe what to open, how wide and how dark, and what to run there."""

import json
import os
import select
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rig.record.bodies.codec import Json
from tests.patience import patient
from tests.processes import children

_ANSWERS_WITHIN_S = 60.0
_END = b"\0"
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe")


class Browser:
    """A browser with one page. Messages of the DevTools protocol go over two pipes, each ended by a zero byte."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._number = 0
        self._read = b""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        self._ask("Page.enable")
        # What is tested is run beside the page's own scripts, which its policy allows alone.
        self._ask("Page.setBypassCSP", enabled=True)

    def open(self, page: Path, *, width: int, scheme: str = "light") -> None:
        """Open a page in a window so many pixels wide, in a light or a dark scheme, and wait until it is loaded."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._ask("Page.navigate", url=page.as_uri())
        self._loaded()

    def reload(self) -> None:
        """Open the page at its own address once more."""
        self._ask("Page.reload")
        self._loaded()

    def run(self, script: str) -> Json:
        """Return what a script's last expression comes to, a promise's value once it is there."""
        said = self._ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def _loaded(self) -> None:
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def _ask(self, method: str, **params: Json) -> Json:
        self._number += 1
        words = {"id": self._number, "method": method, "params": params} | getattr(self, "_session", {})
        waiting = json.dumps(words).encode() + _END
        while waiting:
            waiting = waiting[os.write(self._to, waiting) :]
        while (answer := self._next()).get("id") != self._number:
            pass
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _next(self) -> Json:
        while _END not in self._read:
            ready, _, _ = select.select([self._from], [], [], patient(_ANSWERS_WITHIN_S))
            assert ready, "the browser does not answer"
            self._read += os.read(self._from, 1 << 20)
        message, _, self._read = self._read.partition(_END)
        return json.loads(message)


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Give a browser that ends with the block, its profile and pipes in `folder`; fail where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("this test looks at pages in a real browser, and chromium is not installed: make servers")
    pipes = [folder / "to-browser", folder / "from-browser"]
    for pipe in pipes:
        os.mkfifo(pipe)
    # For reading and writing: so that opening waits for nobody.
    to_browser, from_browser = (os.open(pipe, os.O_RDWR) for pipe in pipes)
    words = shlex.join([program, *_OPTIONS, f"--user-data-dir={folder / 'profile'}"])
    ways = " ".join(shlex.quote(str(pipe)) for pipe in pipes)
    command = f'set -- {ways}; exec {words} 3<"$1" 4>"$2" >/dev/null 2>&1'
    try:
        with children() as started:
            started.start(["sh", "-c", command])
            yield Browser(to_browser, from_browser)
    finally:
        os.close(to_browser)
        os.close(from_browser)
