"""Decryption of TLS by tshark, with session keys or a server's private key."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self
from xml.etree import ElementTree as ET

from overheard.words.errors import UnreadableError
from overheard.words.recording import MARK_PORT
from overheard.words.services import HTTP
from overheard.words.visible import TLS
from overheard_capture.wireshark.key_logs import read_key_log
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from overheard.words.visible import Visible

# tshark assigns port 5683 to CoAP, and would dissect the story's HTTP as such. It assigns some of the ports to which a
# mark's sender may be bound, such as 37008, to other protocols.
_DECODE_AS = {f"tcp.port=={HTTP.port}": "http", f"udp.port=={MARK_PORT}": "data"}
# The fields of `TlsFrame`.
_OF_RECORDS = ("frame.number", "tcp.stream", "tls.record.content_type", "tls.record.length")
_APPLICATION_DATA = "23"
# The time limit for one file, in seconds.
_TIMEOUT = 120
# tshark allocates 100 MB when it starts. In huge pages, which glibc can ask for, that takes a seventh less CPU time.
# Other C libraries do not read this.
_TUNABLES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864"}
# What XML 1.0 does not allow (section 2.2).
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# With a private key that it cannot use, tshark prints this, exits with code 0, and does not decrypt.
_UNUSABLE_KEY = b"Error loading RSA key file"


@dataclass(frozen=True)
class DecryptedData:
    """Decrypted bytes, and the frame that completes the record."""

    frame: int
    data: bytes


@dataclass(frozen=True)
class TlsFrame:
    """A frame with TLS records: its TCP streams, and the types and lengths of the records, in the words of tshark.

    TLS may be in no TCP stream, as in EAP, or, in a tunnel, in one within another.
    """

    frame: int
    streams: tuple[int, ...]
    types: str
    lengths: str

    @property
    def all_typed(self) -> bool:
        """Whether each record shows its real type, which in TLS 1.3 those that were not opened do not."""
        return bool(self.types) and self.types.count(",") == self.lengths.count(",")

    @property
    def with_data(self) -> bool:
        """Whether it has application data. A record without a real type may be of any."""
        return not self.all_typed or _APPLICATION_DATA in self.types.split(",")


@dataclass(frozen=True)
class Decrypted:
    """What keys decrypt in some streams, and every frame with TLS records, as it shows with these keys."""

    data: tuple[DecryptedData, ...] = ()
    frames: tuple[TlsFrame, ...] = ()

    @property
    def streams(self) -> frozenset[int]:
        """The streams that tshark recognises as TLS."""
        return frozenset(each.streams[-1] for each in self.frames if each.streams)

    @property
    def with_data(self) -> frozenset[int]:
        """Those of them that have application data, without the handshake records and alerts that the keys open."""
        return frozenset(each.streams[-1] for each in self.frames if each.streams and each.with_data)


_NO_KEYS = TlsKeys()


class OversizeError(UnreadableError):
    """The output of tshark is too large."""


@dataclass(frozen=True)
class TsharkInput:
    """A file, and the ports on which TLS is spoken: tshark may assign such a port to another protocol.

    `last` is the last frame that is read; 0 means all.
    """

    path: Path
    tls_ports: tuple[int, ...] = ()
    last: int = 0

    @classmethod
    def for_streams(cls, path: Path, streams: Iterable[Visible]) -> Self:
        """The file at `path`, with the ports of those streams that are TLS by their content."""
        return cls(path, tuple(sorted({stream.port for stream in streams if stream.content == TLS})))

    def up_to(self, frame: int) -> Self:
        """Its beginning, up to and including that frame."""
        return replace(self, last=frame)

    @property
    def decode_as(self) -> dict[str, str]:
        """The dissectors by port, in the syntax of `tshark -d`."""
        return {**_DECODE_AS, **{f"tcp.port=={port}": "tls" for port in self.tls_ports}}


@contextmanager
def own_configuration() -> Iterator[dict[str, str]]:
    """An environment in which tshark starts fast, and reads no user preferences, so that results are reproducible."""
    with tempfile.TemporaryDirectory(prefix="overheard-tshark-") as folder:
        yield {**_TUNABLES, **os.environ, "WIRESHARK_CONFIG_DIR": folder, "XDG_CONFIG_HOME": folder, "HOME": folder}


def tshark(capture: TsharkInput, *arguments: str, keys: TlsKeys = _NO_KEYS, limit: int = 0) -> str:
    """Run tshark on a capture. Returns its output; raises UnreadableError if it fails.

    It is ended, and OversizeError raised, if its output exceeds `limit` bytes; 0 means no limit.
    """
    path = capture.path
    command = ["tshark", "-r", str(path), "-n"]
    for port, protocol in capture.decode_as.items():
        command += ["-d", f"{port},{protocol}"]
    if capture.last:
        command += ["-c", str(capture.last)]
    try:
        with own_configuration() as environment:
            command += _key_options(keys, Path(environment["HOME"]))
            completed = _run([*command, *arguments], environment, limit)
    except FileNotFoundError:
        raise UnreadableError(
            "tshark was not found", hint="install it: on Debian and Ubuntu, apt-get install tshark"
        ) from None
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"tshark did not finish {path.name} within {_TIMEOUT} s") from None
    if limit and len(completed.stdout) > limit:
        raise OversizeError(f"tshark says more about {path.name} than {limit} bytes")
    if completed.returncode or _UNUSABLE_KEY in completed.stderr:
        raise UnreadableError(f"tshark could not read {path.name}: {_last_message(completed.stderr)}")
    return completed.stdout.decode(errors="replace")


def xml_of(output: str) -> Element:
    """What tshark printed as XML, even if there is a character in it that XML cannot have."""
    # tshark declares no entities, and escapes what it quotes: there is nothing to expand.
    return ET.fromstring(_NOT_XML.sub("\ufffd", output))  # noqa: S314


def _run(command: list[str], environment: dict[str, str], limit: int) -> subprocess.CompletedProcess[bytes]:
    """Run a command. Of its output no more is read than shows that it exceeds the limit."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, env=environment, stdin=nothing, stdout=pipe, stderr=errors) as process,
    ):
        timer = threading.Timer(_TIMEOUT, process.kill)
        timer.start()
        assert process.stdout  # noqa: S101  (for mypy: it is a pipe)
        output = process.stdout.read(limit + 1 if limit else -1)
        if limit and len(output) > limit:
            process.kill()
        process.wait()
        if timer.finished.is_set():
            raise subprocess.TimeoutExpired(command, _TIMEOUT)
        timer.cancel()
        errors.seek(0)
        return subprocess.CompletedProcess(command, process.returncode, output, errors.read())


def _key_options(keys: TlsKeys, folder: Path) -> list[str]:
    """The options that pass `keys` to tshark. It takes one key log, so several are joined in `folder`."""
    options = []
    if keys.logs:
        log = folder / "session.keys"
        log.touch(mode=0o600)
        log.write_bytes(b"\n".join(map(read_key_log, keys.logs)))
        options += ["-o", f"tls.keylog_file:{log}"]
    if keys.private:
        options += ["-o", f'uat:rsa_keys:"{keys.private}",""']
    return options


def _last_message(stderr: bytes) -> str:
    lines = [
        line for line in stderr.decode(errors="replace").splitlines() if line and not line.startswith("Running as")
    ]
    return lines[-1] if lines else "no reason was given"


def decrypt(capture: TsharkInput, keys: TlsKeys, streams: Sequence[int]) -> Decrypted:
    """Decrypt the application data in TCP streams. Raises UnreadableError."""
    if not streams or not keys:
        return Decrypted()
    # Both at once, as tshark takes longer to start than to read most recordings.
    fields = ["-Y", "tls.record", "-T", "fields", *(word for name in _OF_RECORDS for word in ("-e", name))]
    taps = [word for stream in streams for word in ("-z", f"follow,tls,yaml,{stream}")]
    import yaml  # noqa: PLC0415  (the import is slow, and most captures do not need it)

    # After the fields of all frames comes a YAML document for each stream, without a separator between them.
    lines, *documents = tshark(capture, *fields, *taps, keys=keys).split("peers:\n")
    data: list[DecryptedData] = []
    for document in documents:
        packets = yaml.load("peers:\n" + document, Loader=yaml.CSafeLoader)["packets"] or []
        data += [DecryptedData(packet["packet"], packet["data"]) for packet in packets]
    return Decrypted(tuple(data), tuple(map(_tls_frame, lines.splitlines())))


def _tls_frame(line: str) -> TlsFrame:
    frame, streams, types, lengths = line.split("\t")
    return TlsFrame(int(frame), tuple(map(int, filter(None, streams.split(",")))), types, lengths)
