"""Enrolment: establishes trust in the lab's certificate authority, and gets a certificate from it.

All trust begins in the handover folder, which the CA writes and nobody else can read: it has the fingerprint of the
root, and a token that is valid for one certificate. `learn_root` needs the first, `enrol` both.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import string
import warnings
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import requests
from urllib3.exceptions import InsecureRequestWarning

from overheard.role.files import write_whole
from overheard.role.health import wait_until
from overheard.words.errors import EnrolmentError
from overheard.words.handover import FINGERPRINT, TOKEN
from overheard_services.credentials import (
    Credentials,
    PrivateKey,
    key_pem,
    new_key,
    new_rsa_key,
    signing_request,
)

# The timeout of the CA, in seconds.
_TIMEOUT = 5
# The most pieces of a response that are read, and their size: a stranger may be at the other end.
_MOST_PIECES, _PIECE = 16, 4096

_NOT_HANDED_OVER = "check that the CA has started, and that this is its handover folder for this role"


def wait_for_handover(ca_url: str, handover: Path, within: float) -> None:
    """Wait until the CA has handed over and has the right root. Raises NotReadyError after `within` seconds."""

    def problem() -> str:
        try:
            learn_root(ca_url, handover)
        except EnrolmentError as error:
            return str(error)
        return ""

    wait_until(problem, f"the CA at {ca_url}", within=within, hint="see the CA's log", every=0.05)


def learn_root(ca_url: str, handover: Path) -> bytes:
    """The root certificate of the CA, in PEM. Raises EnrolmentError if its fingerprint is not the one handed over.

    It is fetched without verification, which is safe: it is public, and it is checked against a SHA-256 that was
    delivered out of band. An attacker in between can only deliver the right one.
    """
    awaited = _fingerprint(handover)
    der = _der(_fetch_unverified(f"{_https(ca_url)}/root.pem"))
    seen = hashlib.sha256(der).hexdigest()
    if seen != awaited:
        raise EnrolmentError(
            f"awaited the root with the SHA-256 {awaited}, but {ca_url} showed {seen}",
            hint="this is another CA, or somebody in between, or the CA was set up again: check before you trust it",
        )
    # Serialised again: the response could have a second certificate after the one with the right fingerprint.
    return ssl.DER_cert_to_PEM_cert(der).encode()


def enrol(ca_url: str, handover: Path, names: Sequence[str], folder: Path, *, rsa_key: bool = False) -> Credentials:
    """A certificate of the CA for `names`, with its key and root, in `folder`, which is created if missing.

    The token decides whether it is for a server or a client. Its key is EC P-256, or with `rsa_key` RSA of 2048 bits.
    Existing credentials are reused as long as they are valid, without using the token: a restart needs no CA.
    Raises EnrolmentError.
    """
    credentials = Credentials.within(folder)
    if not credentials.good_for(names, _fingerprint(handover)) or credentials.has_rsa_key is not rsa_key:
        _get_certificate(ca_url, handover, names, credentials, new_rsa_key() if rsa_key else new_key())
    return credentials


def _get_certificate(
    ca_url: str, handover: Path, names: Sequence[str], credentials: Credentials, key: PrivateKey
) -> None:
    root = learn_root(ca_url, handover)
    credentials.root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(credentials.root, root, mode=0o644)
    token = _handed_over(handover / TOKEN)
    chain = _post(f"{_https(ca_url)}/certificates", token, signing_request(key, names), credentials.root)
    # Only now: a refusal leaves the old pair unchanged.
    credentials.write(key_pem(key), chain)
    if not credentials.good_for(names, _fingerprint(handover)):
        raise EnrolmentError(
            f"awaited a certificate for {', '.join(names)} from {ca_url}, but what it sent is not one",
            hint="see the CA's log, and whether its OVERHEARD_CA_DAYS is more than 1",
        )


def _fingerprint(handover: Path) -> str:
    text = _handed_over(handover / FINGERPRINT).lower()
    if len(text) != 64 or not set(text) <= set(string.hexdigits):
        raise EnrolmentError(f"{handover / FINGERPRINT} is not a SHA-256 in hexadecimal", hint=_NOT_HANDED_OVER)
    return text


def _handed_over(file: Path) -> str:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as problem:
        raise EnrolmentError(f"cannot read {file} ({problem})", hint=_NOT_HANDED_OVER) from problem
    if not text:
        raise EnrolmentError(f"{file} is empty", hint=_NOT_HANDED_OVER)
    return text


def _https(ca_url: str) -> str:
    if not ca_url.startswith("https://"):
        raise EnrolmentError(f"{ca_url} is not https, and a token must not travel in clear", hint="write https://")
    return ca_url.rstrip("/")


def _der(pem: bytes) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))
    except ValueError as problem:
        raise EnrolmentError("the CA's root is not a certificate in PEM", hint="is this the CA's address?") from problem


def _fetch_unverified(url: str) -> bytes:
    with warnings.catch_warnings():
        # For this one request only; `learn_root` says why it is safe.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        status, body = _exchange("GET", url, verify=False)
    if status != 200:
        raise EnrolmentError(
            f"awaited the root at {url}, but the answer was {status}", hint="is this the CA's address?"
        )
    return body


def _post(url: str, token: str, csr: bytes, root: Path) -> bytes:
    status, body = _exchange("POST", url, verify=str(root), data=csr, token=token)
    if status != 201:
        raise EnrolmentError(f"the CA refused ({status}): {_sentence(body)}", hint="see the CA's log for more")
    return body


def _sentence(body: bytes) -> str:
    """The text of a refusal, from whatever server."""
    try:
        refusal = json.loads(body)
        return f"{refusal['error']}: {refusal['message']}"
    except (ValueError, TypeError, KeyError):
        return repr(body[:80])


def _exchange(
    method: str, url: str, *, verify: bool | str, data: bytes | None = None, token: str = ""
) -> tuple[int, bytes]:
    """The status and body of the response. No redirect is followed: it could send the token elsewhere."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with requests.Session() as session:
        # Otherwise REQUESTS_CA_BUNDLE would override the root that was just learned, and a proxy could intercept.
        session.trust_env = False
        try:
            answer = session.request(
                method,
                url,
                data=data,
                headers=headers,
                verify=verify,
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
            return answer.status_code, b"".join(islice(answer.iter_content(_PIECE), _MOST_PIECES))
        except requests.RequestException as problem:
            raise EnrolmentError(
                f"awaited an answer from {url}, but: {problem}",
                hint="check that the CA is running, and that its name is right",
            ) from problem
