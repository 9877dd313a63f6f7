"""What the squirrels do about a compromised CA: hand in what they were shown to the log, and read what is in there."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.x509.oid import NameOID

from overheard_services.transparency.known_log import KnownLog
from overheard_services.transparency.monitor import LogError, Monitor, names_of

# Of a response of the log, in seconds.
_PATIENCE = 10


@dataclass(frozen=True)
class LogWatch:
    """Watches the log at `url`, whose root is in the file `root`. That root is the only one the squirrels ask."""

    url: str
    root: Path
    log: KnownLog

    def notes(self, name: str, chain: Sequence[bytes]) -> tuple[str, ...]:
        """What the log has for a name, in sentences, after the chain that was shown for it was handed in."""
        root = x509.load_pem_x509_certificate(self.root.read_bytes())
        try:
            self._hand_in(chain)
        except (OSError, ValueError) as problem:
            return (f"the log does not take what was shown: {problem}",)
        try:
            logged = [each for each in Monitor(self.log, self._ask).read() if name in names_of(each.certificate)]
        except (LogError, OSError, ValueError, KeyError, TypeError) as problem:
            return (f"the log cannot be relied on: {problem}",)
        ours = [each for each in logged if each.is_under(root)]
        others = [each.certificate for each in logged if each not in ours]
        return (
            f"in the log, for {name}: {len(ours)} of the squirrels' CA",
            *(f"in the log, and nobody asked for it: {name}, by {_issuer(each)}" for each in others),
        )

    def _hand_in(self, chain: Sequence[bytes]) -> None:
        self._exchange("POST", "add-chain", json={"chain": [base64.b64encode(each).decode() for each in chain]})

    def _ask(self, endpoint: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        return self._exchange("GET", endpoint, params=parameters)

    def _exchange(self, method: str, endpoint: str, **content: Any) -> Mapping[str, Any]:  # noqa: ANN401  (as requests)
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self.url}/ct/v1/{endpoint}"
            answer = session.request(method, url, verify=str(self.root), timeout=_PATIENCE, **content)
            answer.raise_for_status()
            return dict(answer.json())


def _issuer(certificate: x509.Certificate) -> str:
    """The common name of its issuer."""
    names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.issuer.rfc4514_string()
