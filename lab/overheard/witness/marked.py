"""Recordings whose marks are told from those of other recordings on the same interface."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from overheard.words.errors import RecordingError
from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard_capture.recorder import ActiveRecording, Marking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from overheard_capture.recorder import RelayTap, Tap

# How many seconds a mark may take on a busy machine.
_MARK_PATIENCE = 5
# What `port` does not match: fragments other than the first one of IPv4, and what follows an extension header of IPv6
# (all but TCP, UDP and ICMPv6). After reassembly, what belongs to other ports is left out.
_FRAGMENTS = "ip[6:2] & 0x3fff != 0 or (ip6[6] != 6 and ip6[6] != 17 and ip6[6] != 58)"


def reserved_port(stack: ExitStack) -> int:
    """A port from which marks are sent: it tells them from those of another recording on the same interface."""
    reserved = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("", 0))
    port: int = reserved.getsockname()[1]
    return port


def marked_filter(ports: Sequence[int], wanted: str, mark_port: int) -> str:
    """The capture filter: what is wanted, and of marks this recording's own alone.

    Those of the next window would else be in two recordings, and count as what the first one had already.
    """
    of_ports = " or ".join([*(f"port {port}" for port in ports), _FRAGMENTS]) if ports else ""
    marks = f"(dst host {MARK_GROUP} and udp dst port {MARK_PORT})"
    terms = [*(f"({term})" for term in (of_ports, wanted) if term), f"not {marks}"]
    return f"({' and '.join(terms)}) or ({marks} and udp src port {mark_port})"


def begin(
    recording: Path, tap: Tap | RelayTap, mark_port: int, *, patience: float = 0, at_once: bool = False
) -> ActiveRecording:
    """Begin to record. `patience` and `at_once` are those of `ActiveRecording` and `Marking`. Raises RecordingError."""
    # What is read at the end must have one.
    if recording.exists() and not recording.is_file():
        raise RecordingError(f"{recording}: this is no file", hint="name a file for the recording")
    marks = Marking(mark_port, at_once=at_once, patience=_MARK_PATIENCE)
    try:
        return ActiveRecording.begin(recording.stem, recording, tap, patience=patience, marks=marks)
    except OSError as problem:
        says = f"{problem.filename or recording}: {problem.strerror}"
        raise RecordingError(says, hint="name a recording in a folder that exists, and can be written") from None
