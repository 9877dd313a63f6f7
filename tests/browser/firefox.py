"""Debian's Firefox, driven by Marionette, its own protocol: Playwright drives only a Firefox that it has built."""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from applications.servers import program
from overheard.engines.base import clean_environment
from overheard.role.health import wait_until
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# It then listens on a free port, and writes down which.
_PREFERENCES = 'user_pref("marionette.port", 0);\n'
_PORT = "MarionetteActivePort"
# All text that is shown, once `code` is in it: the page of an error keeps it in shadow roots, behind a button.
_WORDS = """const [code, done] = arguments;
const within = (root) => [root, ...[...root.querySelectorAll("*")].filter((each) => each.shadowRoot)
  .flatMap((each) => within(each.shadowRoot))];
const look = () => {
  const roots = within(document);
  const words = roots.map((root) => (root.body ?? root).textContent).join(" ");
  if (words.includes(code)) return done(words);
  roots.map((root) => root.querySelector("#advanced-button, #advancedButton")).find((each) => each)?.click();
  setTimeout(look, 100);
};
look();"""


class Firefox:
    """One window. A command is `[0, number, name, parameters]` with its length in front, and so is the answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._file, self._number = connection, connection.makefile("rb"), 0
        # It greets first.
        self._answer()
        self("WebDriver:NewSession")
        self("WebDriver:SetTimeouts", script=LONG * 1000, pageLoad=LONG * 1000)

    def __call__(self, command: str, **parameters: object) -> tuple[dict[str, str] | None, Any]:
        """Send a command. Returns its error and its result."""
        self._number += 1
        sent = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(sent), sent))
        _, _, error, result = self._answer()
        return error, result

    def open(self, url: str) -> str:
        """Open an address, and return what Marionette calls the error; empty if there is none."""
        error, _ = self("WebDriver:Navigate", url=url)
        return error["error"] if error else ""

    def words(self, code: str = "") -> str:
        """The text of the page, once `code` is in it."""
        error, result = self("WebDriver:ExecuteAsyncScript", script=_WORDS, args=[code])
        assert not error, error
        return str(result["value"])

    def close(self) -> None:
        """End the browser."""
        self("Marionette:Quit", flags=["eForceQuit"])
        self._file.close()

    def _answer(self) -> Any:  # noqa: ANN401  (JSON)
        length = b""
        while (byte := self._file.read(1)) != b":":
            assert byte, "Firefox has ended"
            length += byte
        return json.loads(self._file.read(int(length)))


def _no_port(file: Path) -> str:
    return "" if file.exists() and file.read_text().strip() else "no port yet"


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start it with a profile in a folder. If it is not installed, the test is skipped; in CI it fails."""
    (profile / "user.js").write_text(_PREFERENCES)
    command = [program("firefox-esr"), "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    environment = {**clean_environment(), "HOME": str(profile)}
    nothing, port = subprocess.DEVNULL, profile / _PORT
    with subprocess.Popen(
        [*command, "about:blank"], env=environment, stdin=nothing, stdout=nothing, stderr=nothing
    ) as process:
        try:
            wait_until(lambda: _no_port(port), "Firefox does not listen", within=LONG, hint="")
            with socket.create_connection(("127.0.0.1", int(port.read_text())), LONG) as connection:
                browser = Firefox(connection)
                yield browser
                browser.close()
            process.wait(LONG)
        finally:
            process.kill()
