"""The settings of a CA as options. Each is also a variable, and those that are given are kept in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_PREFIX = "OVERHEARD_CA_"


class Setting(NamedTuple):
    """A setting: its option, and what it is."""

    option: str
    metavar: str
    says: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return _PREFIX + self.option.removeprefix("--").upper().replace("-", "_")

    def kept(self, given: str | None) -> str | None:
        """What is kept of what was given: a file has to be found from any folder."""
        return str(Path(given).absolute()) if given and self.metavar == "FILE" else given


SETTINGS = (
    Setting("--host", "NAME", "its host name, as clients write it (localhost)"),
    Setting("--bind", "ADDRESS", "the IPv4 address to listen on (127.0.0.1; 0.0.0.0: all)"),
    Setting("--port", "PORT", "its port (5444)"),
    Setting("--days", "N", "the lifetime of a certificate (30)"),
    Setting("--permitted", "LIST", "what it may certify, such as corp.example,10.0.0.0/8, or any (reserved names)"),
    Setting("--status-url", "URL", "where clients get CRL and OCSP, such as http://ca.test:8080 (nowhere)"),
    Setting("--ocsp", "on|off", "whether there is OCSP besides the CRL (on)"),
    Setting("--log", "on|off", "whether it keeps a log of certificates of the profile logged (off)"),
    Setting("--log-roots", "FILE", "further roots, whose certificates the log takes, too"),
    Setting("--requesters", "LIST", "who gets certificates with a token: web=web.test;job=client:job (nobody)"),
    Setting("--issuing-key", "URI", "keep the issuing key in a token: pkcs11:... (RFC 7512), with pin-source"),
    Setting("--acme", "on|off", "whether it speaks ACME (on)"),
    Setting("--acme-http-port", "PORT", "where http-01 looks (80)"),
    Setting("--acme-tls-port", "PORT", "where tls-alpn-01 looks (443)"),
    Setting("--acme-resolver", "ADDRESS", "the DNS server to ask, such as 127.0.0.1:8053 (those of the machine)"),
    Setting("--acme-forbidden", "LIST", "networks to which no validation connects (none)"),
    Setting("--acme-external-accounts-file", "FILE", "a JSON object of names and keys: only they may register"),
    Setting("--acme-terms", "URL", "terms to which an account has to agree (none)"),
)


def default_state() -> Path | None:
    """Where programs keep their data (XDG Base Directory Specification); None for a user without a home."""
    try:
        home = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    except RuntimeError:
        return None
    return home / "overheard" / "ca"
