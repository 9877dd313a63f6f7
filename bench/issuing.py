"""Measures the CA: certificates a second beside a bare loop, and ACME issuances a second beside pebble.

All of the first part is on one core, in this process, with the same key in each request:

- bare: `cryptography` alone builds and signs the same certificate;
- built: the CA builds and signs it, within its name constraints;
- checked: and the signing request is read and checked before;
- recorded: and it is in the record, on the disk, before anybody gets it.

In the second part clients obtain certificates by http-01, several at once, from this CA and from pebble (its sleeps
off, and no bad nonce), which ask the same challenge server. CPU time is that of the server.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import sched_setaffinity
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ca.acme.client import Client
from ca.acme.pebble import running_pebble
from ca.acme.stage import ChallengeServer, settings_of
from ca.csrs import csr
from ca.process import CaProcess
from overheard_ca.certificates import leaf_certificate
from overheard_ca.issuance import Issuance
from overheard_ca.operator.folder import Folder
from overheard_ca.operator.signing import sign
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest, check
from processes import LONG, descendants

_NAMES = ("app.test", "www.app.test")
_LIFE = timedelta(days=30)
_TICKS = 100


def _bare(issuance: Issuance, public_key: ec.EllipticCurvePublicKey) -> Callable[[], object]:
    """The same certificate by `cryptography` alone; what does not depend on the request is computed before."""
    issuer = issuance.authority.issuing
    asked = CheckedRequest(public_key, _NAMES)
    like = leaf_certificate(asked, Profile.SERVER, issuer, _LIFE, datetime.now(UTC))
    own = x509.SubjectAlternativeName, x509.SubjectKeyIdentifier
    fixed = [(each.value, each.critical) for each in like.extensions if not isinstance(each.value, own)]

    def make() -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAMES[0])]))
            .issuer_name(issuer.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(like.not_valid_before_utc)
            .not_valid_after(like.not_valid_after_utc)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, _NAMES)), critical=False)
        )
        for value, critical in fixed:
            builder = builder.add_extension(value, critical=critical)
        return builder.sign(issuer.key, hashes.SHA256())

    return make


def _rate(make: Callable[[], object], seconds: float) -> tuple[float, float]:
    """How often it can be done in a second of time, and of CPU time."""
    done, began, worked = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        make()
        done += 1
    return done / (time.perf_counter() - began), done / (time.process_time() - worked)


def _in_process(seconds: float, rounds: int) -> None:
    sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as temporary:
        _, issuance = Folder(Path(temporary) / "ca", Path(temporary) / "passphrase").start()
        key = ec.generate_private_key(ec.SECP256R1())
        asked, request = CheckedRequest(key.public_key(), _NAMES), csr(*_NAMES, key=key)
        names = frozenset(_NAMES)
        ways: dict[str, Callable[[], object]] = {
            "bare": _bare(issuance, key.public_key()),
            "built": lambda: leaf_certificate(
                asked, Profile.SERVER, issuance.authority.issuing, _LIFE, datetime.now(UTC)
            ),
            "checked": lambda: leaf_certificate(
                check(request, yours=names, allowed=names),
                Profile.SERVER,
                issuance.authority.issuing,
                _LIFE,
                datetime.now(UTC),
            ),
            "recorded": lambda: sign(issuance, check(request, yours=names, allowed=names), Profile.SERVER),
        }
        # In turns, so that a busy machine slows all of them.
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, make in ways.items():
                measured[name].append(_rate(make, seconds))
        best = {name: tuple(map(max, zip(*rates, strict=True))) for name, rates in measured.items()}
        for name, (by_clock, by_cpu) in best.items():
            print(
                f"{name:9} {by_clock:6.0f} a second ({by_clock / best['bare'][0]:4.0%} of bare),"
                f" {by_cpu:6.0f} a CPU second ({by_cpu / best['bare'][1]:4.0%})"
            )


@dataclass
class _Client(Client):
    """A client as people have them: it asks for the directory once, keeps its connection, and takes each new nonce."""

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = self.root
        self._nonces: list[str] = []
        self._directory: dict[str, Any] = self._session.get(self.url, timeout=LONG).json()

    @property
    def directory(self) -> dict[str, Any]:
        return self._directory

    def nonce(self) -> str:
        return self._nonces.pop() if self._nonces else super().nonce()

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._session.request(method, url, data=body, headers=named, timeout=LONG)
        if method == "POST":
            self._nonces = [answer.headers["Replay-Nonce"]]
        return answer


def _cpu(processes: list[int]) -> float:
    """The CPU time that these have used, in seconds."""
    used = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / _TICKS


def _issued(name: str, clients: list[_Client], answers: ChallengeServer, server: int, each: int) -> None:
    def publish(_: str, token: str, answer: str) -> None:
        answers.change("add-http01", token=token, content=answer)

    def work(client: _Client, number: int) -> None:
        for turn in range(each):
            client.obtain(publish, f"n{number}-{turn}.test")

    for client in clients:
        client.register(termsOfServiceAgreed=True)
    processes = [server, *descendants(server)]
    threads = [threading.Thread(target=work, args=(client, number)) for number, client in enumerate(clients)]
    before, began = _cpu(processes), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, done = time.perf_counter() - began, each * len(clients)
    cpu = 1000 * (_cpu(processes) - before) / done
    print(f"{name:9} {done / seconds:6.1f} issuances a second, {cpu:6.1f} ms of CPU each")


def _acme(number: int, each: int, pause: float) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder, answers = Path(temporary), ChallengeServer()
        ca = CaProcess(folder / "ca", **settings_of(answers.ports)).start()
        try:
            ours = [_Client(f"{ca.url}/acme/directory", str(ca.state / "root.pem"), pause=pause) for _ in range(number)]
            _issued("this CA", ours, answers, ca.process.pid if ca.process else 0, each)
            with running_pebble(folder, answers.ports["http"], answers) as pebble:
                theirs = [_Client(pebble.directory, str(pebble.root), pause=pause) for _ in range(number)]
                _issued("pebble", theirs, answers, _pid_of("pebble"), each)
        finally:
            ca.kill()
            answers.end()


def _pid_of(name: str) -> int:
    """The newest process of that name."""
    found = [int(each.parent.name) for each in Path("/proc").glob("[0-9]*/comm") if each.read_text().strip() == name]
    return max(found)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each kind of loop is measured, each time")
    parser.add_argument("--rounds", type=int, default=3, help="how often; the best one counts")
    parser.add_argument("--clients", type=int, default=4, help="ACME clients at once")
    parser.add_argument("--each", type=int, default=10, help="issuances of each of them")
    parser.add_argument(
        "--pause", type=float, default=0.05, help="seconds until a client asks again for what is not yet settled"
    )
    options = parser.parse_args()
    _acme(options.clients, options.each, options.pause)
    _in_process(options.seconds, options.rounds)


if __name__ == "__main__":
    main()
