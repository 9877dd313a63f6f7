"""One attempt to get the message: requests it and undoes its disguise."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from overheard.certificates.facts import words_for_scenario
from overheard.words.errors import EnrolmentError
from overheard.words.result import SHOWED
from overheard.words.scenario import Attempt, Disguise, SharedKey
from overheard.words.services import HTTPS
from overheard_services.client.ask import Reply, Way, ask
from overheard_services.credentials import new_key as new_private_key
from overheard_services.disguise import substitution
from overheard_services.disguise.diffie_hellman import Party
from overheard_services.disguise.fernet import new_key, unseal

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_services.client.client_files import ClientFiles


@dataclass(frozen=True)
class Answer:
    """What the client got: the message, or the error of its library; and what else it saw.

    `chain` is in DER, from the certificate to the root.
    """

    message: str = ""
    error: str = ""
    greeting: str = ""
    warned: tuple[str, ...] = ()
    certificate: bytes = b""
    chain: tuple[bytes, ...] = ()
    notes: tuple[str, ...] = ()


def make(attempt: Attempt, way: Way, has: ClientFiles) -> Answer:
    """Make an attempt, and return the result."""
    if attempt.orders:
        return _ordered(attempt, has)
    answer = _BY_DISGUISE[attempt.disguise](attempt, way, has)
    certificate = f"{SHOWED}{words_for_scenario(answer.certificate)}" if answer.certificate else ""
    return replace(answer, notes=tuple(filter(None, (*answer.notes, certificate, answer.greeting, *answer.warned))))


def _ordered(attempt: Attempt, has: ClientFiles) -> Answer:
    """What the CA says to somebody who orders a certificate for a name, and has no server there to prove it."""
    from overheard_services.acme_order import order  # noqa: PLC0415  (it takes long, and few scenarios need it)

    try:
        order(has.settings.ca_url, has.root, attempt.orders, new_private_key(), lambda _token, _answer: None)
    except EnrolmentError as refused:
        # Without the hint, which is for whoever has the CA.
        return Answer(error=str(refused).partition("\n")[0])
    return Answer(error=f"nothing was refused: the CA certified {attempt.orders}")


def _plainly(attempt: Attempt, way: Way, _has: ClientFiles) -> Answer:
    if not attempt.service.host:
        try:
            address = socket.gethostbyname(HTTPS.host)
        except OSError as problem:
            return Answer(error=f"{type(problem).__name__}: {HTTPS.host} has no address: {problem}")
        attempt = replace(attempt, service=replace(attempt.service, host=address))
    return _read(ask(attempt.url, way), lambda text: text)


def _substituted(attempt: Attempt, way: Way, _has: ClientFiles) -> Answer:
    return _read(ask(attempt.url, way), substitution.decrypt)


def _sealed(attempt: Attempt, way: Way, has: ClientFiles) -> Answer:
    reply = ask(attempt.url, way)
    if attempt.shared_key is SharedKey.NONE:
        return _read(
            replace(reply, text="", error=reply.error or f"there is no message to read, only {reply.text}"), str
        )
    right = attempt.shared_key is SharedKey.RIGHT
    key = has.shared_key if right else new_key()
    if right:
        has.keep(key)
    return _read(reply, lambda token: unseal(key, token))


def _agreed(attempt: Attempt, way: Way, has: ClientFiles) -> Answer:
    party = Party()
    reply = ask(attempt.url, way, post={"public": party.public})
    if reply.error:
        return _read(reply, str)
    try:
        answer = json.loads(reply.text)
        public, token = str(answer["public"]), str(answer["token"])
        key = party.agree(public)
    except (ValueError, TypeError, KeyError) as problem:
        return Answer(error=f"the server's half of the key agreement is invalid: {problem}")
    has.keep(key)
    notes = (f"sent in clear: public value {party.public}", f"got in clear: public value {public}")
    return replace(_read(replace(reply, text=token), lambda token: unseal(key, token)), notes=notes)


def _read(reply: Reply, undo: Callable[[str], str]) -> Answer:
    """The answer in a reply, with the disguise undone."""
    message, error = "", reply.error
    if not error:
        try:
            message = undo(reply.text)
        # A token that our key does not decrypt, or that is not text.
        except ValueError as problem:
            error = str(problem)
    return Answer(message, error, reply.greeting, reply.warned, reply.certificate, chain=reply.chain)


_BY_DISGUISE: dict[Disguise, Callable[[Attempt, Way, ClientFiles], Answer]] = {
    Disguise.NONE: _plainly,
    Disguise.SUBSTITUTION: _substituted,
    Disguise.FERNET: _sealed,
    Disguise.DIFFIE_HELLMAN: _agreed,
}
