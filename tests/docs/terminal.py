"""A shell in a terminal, in which lines are typed as a reader of a page types them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from overheard.engines.base import clean_environment
from overheard.engines.local import unshare
from processes import LONG, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The prompts of bash and of Python, and what asks for a pass phrase or for Ctrl-C. That of bash cannot be in an output.
_PROMPT = "\x01$ "
_WAITING = re.compile(r"(?:\x01\$ |(?:^|(?<=\n))(?:>>> |\.\.\. |> ))$")
_QUESTION = re.compile(r"[^\n]*(?:Password|Pass phrase)[^\n]*: $|Ctrl-C ends it\)\n|listening on [^\n]*\n")
# What bash says of jobs: `[1] 4711`, `[1]+  Done   ...`; what Wireshark's programs say to root, and Debian's to a log.
_ASIDE = re.compile(r"(?m)^(?:\[\d+\][-+ ].*|Running as user \"root\".*| \*\* \(tshark:.*)\n")
# Only the first process of a session can have a terminal, and bash needs one for its jobs.
_SHELL = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
{first}
os.execvp("bash", ["bash", "--noprofile", "--norc", "--noediting", "-i"])
"""
_OWN_NETWORK = "from overheard.witness.own_network import set_up; set_up()"
CTRL_C = "\x03"
# How many seconds a program in the background may take to say what is expected of it.
_PATIENCE, _PAUSE = 30, 2
# In /proc/net: a socket that listens on the port of the pages, and one that gets all packets (ETH_P_ALL).
_LISTENING, _ANY_PACKET = f":{5683:04X} 00000000:0000 0A ", " 0003 "
_SIZE = struct.pack("HHHH", 50, 250, 0, 0)


class Terminal:
    """A bash in `folder`, in a network of its own, with which all that it starts ends.

    `answers` are to questions, by a word in each. With `variables` in its environment, it is in the network of this
    machine. Every line has `within` seconds to say all that it has to say.
    """

    def __init__(
        self,
        folder: Path,
        answers: Mapping[str, str],
        variables: Mapping[str, str] | None = None,
        within: float = LONG,
    ) -> None:
        self.answers, self._within = answers, within
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, _SIZE)
        settings = termios.tcgetattr(slave)
        # What is typed is not to be a part of the output.
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        alone = variables is None
        self._shell = subprocess.Popen(
            [*(unshare() if alone else ()), sys.executable, "-c", _SHELL.format(first=_OWN_NETWORK if alone else "")],
            cwd=folder,
            env={**_environment(folder), **(variables or {})},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        self._read(lambda _: True)
        # A program that prints its environment, as `env` does, would print the prompt.
        self.type("export -n PS1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._master)

    def type(self, line: str, expected: Callable[[str], bool] = lambda _: True) -> str:
        """Type a line, and return what is said until it is `expected` and the next line may be typed.

        If that takes too long, return what was said until then.
        """
        if line.startswith("kill %"):
            # dumpcap and tshark get packets up to a second late, which is no time for a reader.
            time.sleep(_PAUSE)
        os.write(self._master, f"{line}\n".encode())
        said = self._read(expected, line)
        if line.endswith("&"):
            self._wait_for(line.split(maxsplit=1)[0])
        return said

    def _wait_for(self, program: str) -> None:
        """A reader is slower than a program that starts."""
        network = Path(f"/proc/{self._shell.pid}/net")
        table, entry = (network / "tcp", _LISTENING) if program == "gunicorn" else (network / "packet", _ANY_PACKET)
        assert eventually(lambda: entry in table.read_text()), f"{program} did not start"

    def _read(self, expected: Callable[[str], bool], typed: str = "") -> str:
        said, answered, waiting, deadline = "", 0, False, time.monotonic() + self._within
        while time.monotonic() < deadline:
            if select.select([self._master], [], [], 0.05)[0]:
                said += os.read(self._master, 1 << 16).decode(errors="replace").replace("\r", "")
            if question := _QUESTION.search(said, answered):
                answered = len(said)
                self._answer(question[0])
            if _WAITING.search(said) and not waiting:
                waiting, deadline = True, min(deadline, time.monotonic() + _PATIENCE)
            if waiting and expected(_plain(said, typed)):
                break
        return _plain(said, typed)

    def _answer(self, question: str) -> None:
        (answer,) = (answer for word, answer in self.answers.items() if word in question)
        if answer == CTRL_C:
            # A reader looks first, while other programs of a pipeline start.
            time.sleep(_PAUSE)
            os.write(self._master, answer.encode())
        else:
            os.write(self._master, f"{answer}\n".encode())


def _plain(said: str, typed: str) -> str:
    """What was said, without prompts, without what Python echoes, and without asides."""
    said = _WAITING.sub("", said).replace(_PROMPT, "").removeprefix(f"{typed}\n")
    return _ASIDE.sub("", said)


def _environment(folder: Path) -> dict[str, str]:
    return {
        **clean_environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PS1": _PROMPT,
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
