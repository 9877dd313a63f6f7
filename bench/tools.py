"""The tools that are compared, one entry each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bodies import SECRET
from overheard.words.spelling import base64_cores

_WORDS = SECRET.decode()
# With OVERHEARD_COMPILED=no, everything runs in Python.
_PLAIN = {"OVERHEARD_COMPILED": "no"}
# Found and not found; PROTECTED, OVERHEARD and INCONCLUSIVE.
_GREP, _VERDICTS = (0, 1), (0, 1, 2)
_TSHARK_FIELDS = ("frame", "tcp.reassembled.data", "http.file_data")
# Reads every packet, and does nothing with it: the minimum for a program with pyshark.
_PYSHARK = """
import sys, pyshark
capture = pyshark.FileCapture(sys.argv[1], keep_packets=False)
capture.apply_on_packets(lambda packet: None)
capture.close()
"""


def _terms() -> str:
    """A filter of 27 terms for tshark: nine spellings in each of three fields."""
    cores = [core for _, core in base64_cores(SECRET, b"+/")]
    spellings = [
        SECRET,
        _WORDS.encode("utf-16-le"),
        _WORDS.encode("utf-16-be"),
        *cores,
        SECRET.hex().encode(),
        SECRET.hex().upper().encode(),
        _WORDS.replace(" ", "%20").encode(),
    ]
    return " or ".join(f"{field} contains {spelling.hex(':')}" for field in _TSHARK_FIELDS for spelling in spellings)


@dataclass(frozen=True)
class Tool:
    """One tool: its command for a file and an output folder, and the limits of measuring it.

    The best of `runs` counts; it is not run on files of more than `most` MB. `packets` is how many packets of the file
    it reads; the rest is extrapolated. An exit code that is not among `codes` is a failure.
    """

    command: Callable[[Path, Path], list[str]]
    runs: int = 3
    most: int = 1 << 30
    packets: int = 0
    codes: tuple[int, ...] = (0,)
    variables: dict[str, str] = field(default_factory=dict)


def _ours(file: Path, _: Path) -> list[str]:
    return [sys.executable, "-m", "overheard", "scan", str(file), "--secret", f"message={_WORDS}", "--quiet"]


YARDSTICK = "grep"
TOOLS = {
    YARDSTICK: Tool(lambda file, _: ["grep", "-c", "-F", _WORDS, str(file)], codes=_GREP),
    "rg": Tool(lambda file, _: ["rg", "-c", "-a", "-F", _WORDS, str(file)], codes=_GREP),
    "ngrep": Tool(lambda file, _: ["ngrep", "-q", "-I", str(file), _WORDS], codes=_GREP),
    "tcpflow": Tool(lambda file, folder: ["tcpflow", "-r", str(file), "-o", str(folder)]),
    "tshark": Tool(lambda file, _: ["tshark", "-r", str(file), "-Y", f'frame contains "{_WORDS}"']),
    "tshark-27-terms": Tool(lambda file, _: ["tshark", "-2", "-r", str(file), "-Y", _terms()], runs=1, most=200),
    "pyshark": Tool(lambda file, _: [sys.executable, "-c", _PYSHARK, str(file)], runs=1, packets=2000),
    "overheard": Tool(_ours, codes=_VERDICTS),
    "overheard-alone": Tool(_ours, codes=_VERDICTS, variables={"OVERHEARD_PROCESSES": "1"}),
    "overheard-plain": Tool(_ours, codes=_VERDICTS, variables=_PLAIN),
}


def missing(name: str) -> str:
    """Why a tool cannot be measured here; empty if it can."""
    command = TOOLS[name].command(Path(os.devnull), Path(os.devnull))
    if not shutil.which(command[0]):
        return f"{command[0]} is not here"
    if command[1:3] == ["-m", "overheard"]:
        asked = subprocess.run([*command[:4], "--help"], capture_output=True, check=False)
        return "`overheard scan` is not here" if asked.returncode else ""
    return ""
