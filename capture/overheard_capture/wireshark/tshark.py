"""tshark, asked to open TLS with session keys, or with a server's private key."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from overheard.words.errors import UnreadableError
from overheard.words.services import HTTP
from overheard.words.visible import TLS
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from overheard.words.visible import Visible

# Port 5683 is CoAP's, and tshark would dissect the story's HTTP as that.
_HTTP = {f"tcp.port=={HTTP.port}": "http"}
# How long tshark may take for one file, in seconds.
_PATIENCE = 120
# What it says, with exit code 0, of a private key that it cannot use, and would then look inside without.
_USELESS_KEY = b"Error loading RSA key file"


@dataclass(frozen=True)
class DecryptedData:
    """Bytes that a key log opened: what was inside, completed in which frame."""

    frame: int
    data: bytes


_NO_KEYS = TlsKeys()


@dataclass(frozen=True)
class TsharkInput:
    """A file, and the ports on which TLS is spoken in it: many a port is another protocol's to tshark."""

    path: Path
    tls_ports: tuple[int, ...] = ()

    @classmethod
    def showing(cls, path: Path, streams: Iterable[Visible]) -> Self:
        """The file at `path`, with TLS at the ports of those of its streams that are TLS by their content."""
        return cls(path, tuple(sorted({stream.port for stream in streams if stream.content == TLS})))

    @property
    def decode_as(self) -> dict[str, str]:
        """Which ports are to be dissected as what, in the words of `tshark -d`."""
        return {**_HTTP, **{f"tcp.port=={port}": "tls" for port in self.tls_ports}}


@contextmanager
def own_configuration() -> Iterator[dict[str, str]]:
    """An environment in which tshark reads nobody's preferences: the same file gives the same result everywhere."""
    with tempfile.TemporaryDirectory(prefix="overheard-tshark-") as folder:
        yield {**os.environ, "WIRESHARK_CONFIG_DIR": folder, "XDG_CONFIG_HOME": folder, "HOME": folder}


def tshark(capture: TsharkInput, *arguments: str, keys: TlsKeys = _NO_KEYS) -> str:
    """What tshark prints of a capture. Raises UnreadableError when it fails."""
    path = capture.path
    command = ["tshark", "-r", str(path), "-n"]
    for where, what in capture.decode_as.items():
        command += ["-d", f"{where},{what}"]
    try:
        with own_configuration() as environment:
            command += _opening(keys, Path(environment["HOME"]))
            done = subprocess.run(
                [*command, *arguments], env=environment, capture_output=True, timeout=_PATIENCE, check=False
            )
    except FileNotFoundError:
        raise UnreadableError(
            "tshark was not found", hint="install it: on Debian and Ubuntu, apt-get install tshark"
        ) from None
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"tshark did not come to an end with {path.name} in {_PATIENCE} s") from None
    if done.returncode or _USELESS_KEY in done.stderr:
        raise UnreadableError(f"tshark could not read {path.name}: {_complaint(done.stderr)}")
    return done.stdout.decode(errors="replace")


def _opening(keys: TlsKeys, folder: Path) -> list[str]:
    """The options that give tshark `keys`. It takes one log, so several become one, in `folder`."""
    options = []
    if keys.logs:
        log = folder / "session.keys"
        log.touch(mode=0o600)
        log.write_bytes(b"\n".join(path.read_bytes() for path in keys.logs))
        options += ["-o", f"tls.keylog_file:{log}"]
    if keys.private:
        options += ["-o", f'uat:rsa_keys:"{keys.private}",""']
    return options


def _complaint(stderr: bytes) -> str:
    lines = [
        line for line in stderr.decode(errors="replace").splitlines() if line and not line.startswith("Running as")
    ]
    return lines[-1] if lines else "it said nothing"


def opened(capture: TsharkInput, keys: TlsKeys, streams: Sequence[int]) -> list[DecryptedData]:
    """All that `keys` open of the application data in these TCP streams."""
    if not streams or not keys:
        return []
    taps = [word for stream in streams for word in ("-z", f"follow,tls,yaml,{stream}")]
    import yaml  # noqa: PLC0415  (it takes time, and most captures are judged without)

    printed = tshark(capture, "-q", *taps, keys=keys)
    found: list[DecryptedData] = []
    # Each stream's answer is a document of its own, which tshark does not set apart.
    for document in printed.split("peers:\n")[1:]:
        packets = yaml.load("peers:\n" + document, Loader=yaml.CSafeLoader)["packets"] or []
        found += [DecryptedData(packet["packet"], packet["data"]) for packet in packets]
    return found


@dataclass(frozen=True)
class TlsContent:
    """What tshark sees in the TLS streams: in which it knows TLS at all, and in which there is application data.

    Where keys open a protected record that is of the handshake or an alert, it is no longer called application data.
    """

    known: frozenset[int]
    with_data: frozenset[int]


def tls_content(capture: TsharkInput, keys: TlsKeys) -> TlsContent:
    """What tshark sees with `keys` in the TLS streams, by the numbers of the streams."""
    fields = ["-Y", "tls.record", "-T", "fields", "-e", "tcp.stream", "-e", "tls.app_data"]
    lines = [line.split("\t") for line in tshark(capture, *fields, keys=keys).splitlines()]
    streams = [(int(stream), bool(data)) for stream, data in lines]
    return TlsContent(frozenset(number for number, _ in streams), frozenset(number for number, data in streams if data))
