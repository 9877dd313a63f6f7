"""Dissection for display, with pyshark: what each frame shows to someone without keys.

Only this module uses pyshark, in a process of its own: pyshark needs the main thread, an event loop and child
processes, and passes its environment on to tshark. The process dissects one file after another, because its start takes
as long as the dissection of a small file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from overheard.words.dissected import Dissected
from overheard.words.errors import UnreadableError
from overheard_capture.wireshark.tshark import TsharkInput, own_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.secret import Secret
    from overheard_capture.search import Search

# The time limit for one file, in seconds.
_TIMEOUT = 120
# The frames of interest to a learner: HTTP messages in clear, and every TLS record.
_SHOWN = "http or tls.record"
# The fields of TLS hellos in pyshark, with their common names.
_HELLO = {
    "handshake_extensions_server_name": "SNI",
    "handshake_extensions_alpn_str": "ALPN",
    "handshake_extensions_supported_version": "version",
    "handshake_ciphersuite": "cipher suite",
    "handshake_extensions_key_share_group": "group",
    "alert_message_desc": "alert",
}
_CLIENT_HELLO = "1"
# The maximum length of a body that is shown, in characters.
_LONGEST_BODY = 400
# Entries in tshark's list of layers that are not protocols: reassembled bytes, and lines of text.
_NOT_PROTOCOLS = {"data", "data-text-lines"}


class DissectionProcess:
    """Dissects files, one at a time, in a process that is started for the first one, and ends with `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def dissect(self, capture: TsharkInput, secret: Secret) -> tuple[Dissected, ...]:
        """Dissect every frame with an HTTP message or a TLS record; the secret itself is left out.

        Raises UnreadableError if pyshark or tshark fails.
        """
        from overheard_capture.search import search_for  # noqa: PLC0415  (the process that runs pyshark needs none)

        search = search_for((secret,))
        return tuple(_without(search, Dissected.from_json(frame)) for frame in json.loads(self.dissected(capture)))

    def dissected(self, capture: TsharkInput) -> str:
        """The frames in JSON, with the secret. Raises UnreadableError if pyshark or tshark fails."""
        with self._lock:
            process = self._process = self._process or _start()
            timer = threading.Timer(_TIMEOUT, process.kill)
            timer.start()
            frames = _answer(process, capture)
            timed_out = timer.finished.is_set()
            timer.cancel()
            if frames:
                return frames
            self._process = None
            _, errors = process.communicate()
        name = capture.path.name
        if timed_out:
            raise UnreadableError(f"{name} took more than {_TIMEOUT} s to dissect")
        lines = errors.strip().splitlines() or ["no reason was given"]
        raise UnreadableError(f"{name} cannot be dissected: {lines[-1]}")

    def close(self) -> None:
        """End the process. The next file would start another one."""
        with self._lock:
            if self._process:
                self._process.communicate()
            self._process = None


def _start() -> subprocess.Popen[str]:
    """Start this module as a program."""
    # pyshark 0.6 uses APIs that are deprecated in newer versions of Python, which users cannot change: no warnings.
    command = [sys.executable, "-P", "-W", "ignore", "-m", __name__]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _answer(process: subprocess.Popen[str], capture: TsharkInput) -> str:
    """A line with the frames of a file; empty if the process has ended."""
    assert process.stdin  # noqa: S101  (for mypy: they are pipes)
    assert process.stdout  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps([str(capture.path), *capture.tls_ports]) + "\n")
        process.stdin.flush()
    return process.stdout.readline()


def _without(search: Search, frame: Dissected) -> Dissected:
    def clean_detail(name: str, value: str) -> tuple[str, str]:
        # Name and value are searched together, as the secret may contain the colon of a header.
        together = f"{name}: {value}"
        if search.redact(together) == together:
            return name, value
        return search.redact(name), search.secret.redacted

    return replace(
        frame,
        shows=tuple(map(search.redact, frame.shows)),
        details=tuple(clean_detail(name, value) for name, value in frame.details),
    )


def _frames(capture: TsharkInput) -> Iterator[Dissected]:
    import pyshark  # noqa: PLC0415  (the parent process does not need it)

    # Not `display_filter`: for that, pyshark asks tshark for its version, which takes nearly as long as dissection.
    options = {"decode_as": capture.decode_as, "custom_parameters": ["-n", "-Y", _SHOWN]}
    with pyshark.FileCapture(str(capture.path), **options) as packets:
        for packet in packets:
            yield _frame(packet)


def _frame(packet: Any) -> Dissected:  # noqa: ANN401  (pyshark publishes no types)
    ip = packet.ip if "ip" in packet else packet.ipv6
    shows: list[str] = []
    details: dict[str, str] = {}
    parts: list[int] = []
    names = [layer.layer_name.lower() for layer in packet.layers]
    for layer in packet.layers:
        if layer.layer_name == "http":
            shows.append(_first_line(layer))
            details |= {**dict(_headers(layer)), **dict(_body(layer))}
        elif layer.layer_name == "tls":
            shows += [text.split("Record Layer: ")[-1] for text in _all(layer, "record")]
            details |= dict(_hello(layer))
        else:
            # tshark lists the segments of reassembled data: `7, payload: 0-153 (154 bytes)`.
            parts += [int(text.partition(",")[0]) for text in _all(layer, "tcp_segment")]
    return Dissected(
        frame=int(packet.number),
        direction=f"{ip.src}:{packet.tcp.srcport} → {ip.dst}:{packet.tcp.dstport}",
        layers=tuple(dict.fromkeys(name for name in names if name not in _NOT_PROTOCOLS)),
        shows=tuple(shows),
        details=tuple(details.items()),
        put_together=tuple(parts),
    )


def _all(layer: Any, field: str) -> list[str]:  # noqa: ANN401
    """Every value of a field as tshark shows it."""
    found = layer.get_field(field)
    return [str(each.showname_value or each.get_default_value()) for each in found.all_fields] if found else []


def _first_line(http: Any) -> str:  # noqa: ANN401
    if method := http.get_field("request_method"):
        return f"{method} {http.request_uri} {http.request_version}"
    if code := http.get_field("response_code"):
        return f"{http.response_version} {code} {http.get_field('response_phrase') or ''}".rstrip()
    return "a part of an HTTP message"


def _headers(http: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for field in ("request_line", "response_line"):
        found = http.get_field(field)
        for each in found.all_fields if found else ():
            name, _, value = str(each.showname or each.get_default_value()).replace("\\r\\n", "").partition(":")
            yield name.strip(), value.strip()


def _body(http: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    found = http.get_field("file_data")
    if found is not None:
        text = str(found.get_default_value())
        # tshark 4.0 gives text; 4.2 and later give hexadecimal with colons.
        with suppress(ValueError):
            text = bytes.fromhex(text.replace(":", "")).decode()
        if text.isprintable() and len(text) <= _LONGEST_BODY:
            yield "body", text


def _hello(tls: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    # The client's list of offers is long, and only the server's choice takes effect.
    offers = str(tls.get_field("handshake_type")) == _CLIENT_HELLO
    only = {"handshake_extensions_server_name", "handshake_extensions_alpn_str"} if offers else set(_HELLO)
    for field, name in _HELLO.items():
        if field in only and (values := _all(tls, field)):
            yield name, ", ".join(dict.fromkeys(values))


def _main() -> None:
    """Dissect the files that standard input names. The first that cannot be dissected ends it."""
    for line in sys.stdin:
        path, *ports = json.loads(line)
        with own_configuration() as environment:
            os.environ.update(environment)
            frames = [asdict(frame) for frame in _frames(TsharkInput(Path(path), tuple(ports)))]
        sys.stdout.write(json.dumps(frames) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
