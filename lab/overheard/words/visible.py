"""What everybody on the wire can see of a connection, whatever protects its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from overheard.words.frozen import dataclass

# The name of the content of a TLS stream.
TLS = "TLS"


@dataclass(frozen=True)
class Alert:
    """A TLS alert that was sent in clear (RFC 8446, 6).

    `sender` is `client` or `server`, `level` is `warning` or `fatal`, `name` the standard's, such as `unknown_ca`.
    """

    frame: int
    sender: str
    level: str
    name: str


@dataclass(frozen=True)
class Visible:
    """One TCP stream, as anyone without keys sees it. What was not seen is empty.

    `client` and `server` are addresses with ports. `began` is the time of its first frame, in seconds since the first
    frame of the recording, and `lasted` the number of seconds until its last. `sent` and `answered` are bytes of TCP
    payload, each counted once. `content` is its protocol.

    Of TLS: `version`, `cipher` and `group` are what the server selected, by their IANA names
    (`TLS_AES_128_GCM_SHA256`; `x25519`, `secp256r1`, `X25519MLKEM768`), versions as `TLS 1.3`. `sni` is the name that
    the client asks for. `alpn` is the protocol that the server selected, if that is visible (up to TLS 1.2), otherwise
    those that the client offers. Up to TLS 1.2 certificates are visible: `subject` and `names` are the server's common
    name and alternative names, and `client_subject` is the client's common name. `hello_frames` are the frames of both
    sides' hellos.

    `data_sent` and `data_answered` are the maximum number of bytes of application data in the records: in TLS 1.3 they
    include session tickets and closing alerts, which look the same. `data_guessed` is an eavesdropper's estimate of the
    size of the server's response, without what looks like these.
    """

    stream: int
    client: str
    server: str
    began: float
    lasted: float
    sent: int
    answered: int
    content: str
    version: str = ""
    cipher: str = ""
    group: str = ""
    sni: str = ""
    alpn: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()
    client_subject: str = ""
    data_sent: int = 0
    data_answered: int = 0
    data_guessed: int = 0
    alerts: tuple[Alert, ...] = ()
    hello_frames: tuple[int, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """Facts that a scenario may expect to be visible, in a few words each."""
        alerts = (f"{alert.name} from the {alert.sender}" for alert in self.alerts)
        return frozenset(filter(None, (self.version, self.cipher, self.group, self.sni, self.alpn, *alerts)))

    @property
    def port(self) -> int:
        """The server's port."""
        return int(self.server.rpartition(":")[2])

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `dataclasses.asdict`."""
        changed = {
            "names": tuple(data["names"]),
            "alerts": tuple(Alert(**alert) for alert in data["alerts"]),
            "hello_frames": tuple(data["hello_frames"]),
        }
        return cls(**{**data, **changed})
