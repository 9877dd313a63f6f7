"""tshark and pyshark alone, without our own code."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path

from overheard.engines.base import clean_environment
from overheard.words.gallery import ROWS
from overheard.words.services import ACME, CA, HTTP, HTTPS, LEGACY, MUTUAL
from scenarios.runs import MESSAGE

# Without these, tshark might dissect a connection as the protocol that is registered for the client's ephemeral port.
_TLS = [each.port for each in (HTTPS, MUTUAL, LEGACY, ACME, CA)] + [row.port for row in ROWS if row.scheme == "https"]
_DECODE_AS = [word for port in _TLS for word in ("-d", f"tcp.port=={port},tls")] + ["-d", f"tcp.port=={HTTP.port},http"]


def tshark(path: Path, *arguments: str, keys: Path | None = None, private: Path | None = None) -> str:
    """The output of tshark alone."""
    opening = ["-o", f"tls.keylog_file:{keys}"] if keys else []
    opening += ["-o", f'uat:rsa_keys:"{private}",""'] if private else []
    command = ["tshark", "-r", str(path), "-n", *_DECODE_AS, *opening, *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout


def fields(path: Path, display_filter: str, *names: str, keys: Path | None = None) -> list[list[str]]:
    """The values of these fields, one list per frame."""
    wanted = [word for name in names for word in ("-e", name)]
    return [
        line.split("\t") for line in tshark(path, "-Y", display_filter, "-T", "fields", *wanted, keys=keys).splitlines()
    ]


# The number of the interface, which tells the file.
_INTERFACE = "frame.interface_id"
# What the tests need to know of a frame without keys. tshark takes longer to start than to dissect a recording.
_NAMES = (
    "frame.number",
    "ip.src",
    "ip.dst",
    "tcp.stream",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.flags",
    "http.file_data",
    "data-text-lines",
    "tls.alert_message.desc",
    "tls.handshake.type",
    "tls.handshake.version",
    "tls.handshake.ciphersuite",
    "tls.handshake.extensions.supported_version",
    "tls.handshake.extensions_key_share_group",
)


@dataclass
class _Shown:
    """What tshark shows of a recording without keys: the fields of each frame, and how many contain the message."""

    frames: list[dict[str, str]] = field(default_factory=list)
    with_message: int = 0


@cache
def _shown(folder: Path) -> dict[str, _Shown]:
    """What tshark shows of all recordings in a folder, by the name of the file: all in one run."""
    paths = sorted(folder.glob("*.pcapng"))
    wanted = [word for name in (_INTERFACE, *_NAMES) for word in ("-e", name)]
    said = subprocess.run(["capinfos", "-I", *paths], capture_output=True, text=True, check=True).stdout
    # Of two recorders, a file has two.
    counts = [int(count) for count in re.findall(r"^Number of interfaces in file: (\d+)$", said, re.MULTILINE)]
    files = [path for path, count in zip(paths, counts, strict=True) for _ in range(count)]
    asked = [
        f'frame contains "{MESSAGE}" and {_INTERFACE} in {{{end - count}..{end - 1}}}'
        for end, count in zip(accumulate(counts), counts, strict=True)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        together = Path(temporary) / "together.pcapng"
        # Each file keeps interfaces of its own, whose numbers tell the frames of one file from those of the others.
        subprocess.run(["mergecap", "-a", "-I", "none", "-w", together, *paths], capture_output=True, check=True)
        printed = tshark(together, "-Y", "frame", "-T", "fields", *wanted, "-z", ",".join(["io,stat,0", *asked]))
    rows, _, table = printed.partition("\n\n=")
    # One row, of all the time: `| 0.0 <> 0.1 |`, then the frames and bytes of each filter.
    (row,) = (line for line in table.splitlines() if "<>" in line)
    messages = row.split("|")[2:-1:2]
    shown = {path.name: _Shown(with_message=int(count)) for path, count in zip(paths, messages, strict=True)}
    # A body in binary may have what Python calls the end of a line; tshark escapes its line ends and tabs.
    for line in rows.split("\n"):
        number, *values = line.split("\t")
        shown[files[int(number)].name].frames.append(dict(zip(_NAMES, values, strict=True)))
    for each in shown.values():
        for name, first in (("frame.number", 1), ("tcp.stream", 0)):
            _renumber(each.frames, name, first)
    return shown


def _renumber(frames: list[dict[str, str]], name: str, first: int) -> None:
    """Number frames or streams as in a file of its own. tshark numbers both in the order in which they begin."""
    numbers = [int(frame[name]) for frame in frames if frame[name]]
    for frame in frames:
        if frame[name]:
            frame[name] = str(int(frame[name]) - min(numbers) + first)


def frames(path: Path) -> list[dict[str, str]]:
    """Each frame of a file without keys: the fields that tshark prints, by name, empty if absent."""
    return _shown(path.parent)[path.name].frames


def frames_with_message(path: Path) -> int:
    """How many frames of a file contain the message."""
    return _shown(path.parent)[path.name].with_message


def bodies(path: Path, keys: Path | None = None, private: Path | None = None) -> str:
    """Every HTTP body that tshark can read."""
    names = ("http.file_data", "data-text-lines")
    if keys or private:
        shown = [word for name in names for word in ("-e", name)]
        printed = tshark(path, "-Y", "http", "-T", "fields", *shown, keys=keys, private=private)
    else:
        printed = "\n".join(frame[name] for frame in frames(path) for name in names)
    return printed + "".join(bytes.fromhex(word).decode() for word in printed.split() if _is_hex(word))


def _is_hex(word: str) -> bool:
    return len(word) % 2 == 0 and all(letter in "0123456789abcdef" for letter in word)


# In a separate process: pyshark takes the main thread's event loop, and leaves it open.
_PYSHARK = f"""
import sys
import pyshark
opening = {{"tls.keylog_file": sys.argv[2]}} if len(sys.argv) > 2 else {{}}
decode = {{"tcp.port=={HTTP.port}": "http"}}
with pyshark.FileCapture(sys.argv[1], decode_as=decode, override_prefs=opening) as capture:
    for packet in capture:
        if "http" in packet and hasattr(packet.http, "file_data"):
            print(packet.http.file_data)
"""


def pyshark_reads(path: Path, *keys: Path) -> bool:
    """Whether pyshark alone reads the message in a file."""
    # tshark reads preferences from the home directory; this one has none.
    environment = {**clean_environment(), "HOME": str(path.parent)}
    command = [sys.executable, "-W", "ignore", "-c", _PYSHARK, str(path), *map(str, keys)]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    # Version 4.0 of tshark prints text, 4.2 and later bytes in hexadecimal.
    return MESSAGE in printed or MESSAGE.encode().hex(":") in printed
