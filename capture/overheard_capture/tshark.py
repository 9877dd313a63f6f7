"""tshark, asked to open TLS with the session keys of a run."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from overheard.words.errors import UnreadableError
from overheard.words.story import HTTP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

# Port 5683 is CoAP's, and tshark would dissect the story's HTTP as that.
DECODE_AS = {f"tcp.port=={HTTP.port}": "http"}
# How long tshark may take for one file, in seconds.
_PATIENCE = 120


@dataclass(frozen=True)
class Opened:
    """Bytes that a key log opened: what was inside, completed in which frame."""

    frame: int
    data: bytes


@contextmanager
def own_configuration() -> Iterator[dict[str, str]]:
    """An environment in which tshark reads nobody's preferences: the same file gives the same result everywhere."""
    with tempfile.TemporaryDirectory(prefix="overheard-tshark-") as folder:
        yield {**os.environ, "WIRESHARK_CONFIG_DIR": folder, "XDG_CONFIG_HOME": folder, "HOME": folder}


def tshark(path: Path, *arguments: str, keys: Path | None = None) -> str:
    """What tshark prints of the file at `path`. Raises UnreadableError when it fails."""
    command = ["tshark", "-r", str(path), "-n"]
    for where, what in DECODE_AS.items():
        command += ["-d", f"{where},{what}"]
    if keys:
        command += ["-o", f"tls.keylog_file:{keys}"]
    try:
        with own_configuration() as environment:
            done = subprocess.run(
                [*command, *arguments], env=environment, capture_output=True, timeout=_PATIENCE, check=False
            )
    except FileNotFoundError:
        raise UnreadableError(
            "tshark was not found", hint="install it: on Debian and Ubuntu, apt-get install tshark"
        ) from None
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"tshark did not come to an end with {path.name} in {_PATIENCE} s") from None
    if done.returncode:
        raise UnreadableError(f"tshark could not read {path.name}: {_complaint(done.stderr)}")
    return done.stdout.decode(errors="replace")


def _complaint(stderr: bytes) -> str:
    lines = [
        line for line in stderr.decode(errors="replace").splitlines() if line and not line.startswith("Running as")
    ]
    return lines[-1] if lines else "it said nothing"


def opened(path: Path, keys: Path, streams: Sequence[int]) -> list[Opened]:
    """All that `keys` (a file in the format of SSLKEYLOGFILE) opens of the application data in these TCP streams."""
    if not streams:
        return []
    taps = [word for stream in streams for word in ("-z", f"follow,tls,yaml,{stream}")]
    printed = tshark(path, "-q", *taps, keys=keys)
    found: list[Opened] = []
    # Each stream's answer is a document of its own, which tshark does not set apart.
    for document in printed.split("peers:\n")[1:]:
        packets = yaml.load("peers:\n" + document, Loader=yaml.CSafeLoader)["packets"] or []
        found += [Opened(packet["packet"], packet["data"]) for packet in packets]
    return found


def frames_with(path: Path, display_filter: str, *, keys: Path | None = None) -> list[int]:
    """The numbers of the frames to which a display filter applies."""
    printed = tshark(path, "-Y", display_filter, "-T", "fields", "-e", "frame.number", keys=keys)
    return [int(number) for number in printed.split()]
