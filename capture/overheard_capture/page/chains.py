"""The certificates of a scenario in words: each chain as a picture, with what is wrong with it."""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question
from overheard.words.errors import UnreadableError
from overheard.words.faults import explained
from overheard.words.texts import all_escaped
from overheard_capture.captures.recording import read_recording, recording_file
from overheard_capture.page.wire import keys_of, ladders, tshark_input
from overheard_capture.wireshark.flow_graph import MOST
from overheard_capture.wireshark.sent_certificates import sent_chains

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.certificates.facts import Facts
    from overheard.words.scenario import Attempt, Scenario
    from overheard_capture.page.run_folder import RunFolder
    from overheard_capture.wireshark.sent_certificates import SentChain


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a chain, its cause, and what to do about it."""

    detail: str
    cause: str
    cure: str


@dataclass(frozen=True)
class Chain:
    """What one side sent: `of` says which side in which attempts, `issuer` is who signed the last certificate.

    `issuer` is empty if that signed itself. `compression` names how they were compressed, if they were, and
    `unreadable` says why there are no certificates, if there are none.
    """

    of: str
    frame: int
    compression: str = ""
    certificates: tuple[Facts, ...] = ()
    issuer: str = ""
    flaws: tuple[Flaw, ...] = ()
    unreadable: str = ""


def chains(run: RunFolder, scenario: Scenario) -> list[Chain]:
    """The chains of a scenario, each once. Raises UnknownRunError, or UnreadableError.

    Those in frames after the first `MOST` are left out.
    """
    capture = tshark_input(run, scenario.name)
    at = _started(capture.path)
    # Where somebody intercepts, not every server is that of the story.
    intercepted = any(attempt.intercepted for attempt in scenario.attempts)
    drawn = ladders(run, scenario, with_keys=False) if intercepted else ()
    servers = {ladder.conversation.stream: ladder.right for ladder in drawn}
    sent: dict[tuple[object, ...], tuple[SentChain, list[str]]] = {}
    for each, attempt in _with_attempts(sent_chains(capture.up_to(MOST), keys_of(run)), scenario):
        side, host = _side(each, attempt, servers.get(each.stream, "server"))
        _, attempts = sent.setdefault((side, host, each.certificates, each.unreadable), (each, []))
        attempts += [attempt.name] if attempt and attempt.name not in attempts else []
    return [_chain(each, side, host, names, at) for (side, host, *_), (each, names) in sent.items()]  # type: ignore[arg-type]


def _started(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(read_recording(path).started, UTC)
    except (OSError, ValueError) as problem:
        raise UnreadableError(f"{recording_file(path).name} cannot be read: {problem}") from None


def _with_attempts(sent: tuple[SentChain, ...], scenario: Scenario) -> Iterator[tuple[SentChain, Attempt | None]]:
    """Each chain, with the attempt that it belongs to: those on one port were made one after another."""
    streams: dict[int, list[int]] = {}
    for each in sent:
        port = min(each.port, each.other_port)
        own = streams.setdefault(port, [])
        own += [each.stream] if each.stream not in own else []
        attempts = [attempt for attempt in scenario.attempts if attempt.service.port == port]
        place = own.index(each.stream)
        yield each, attempts[min(place, len(attempts) - 1)] if attempts else None


def _side(sent: SentChain, attempt: Attempt | None, server: str) -> tuple[str, str]:
    """Which side sent it, and the name of the host that it must be for; empty for a client's."""
    if sent.port > sent.other_port:
        return "the client", ""
    return f"the {server}", attempt.service.host if attempt else ""


def _chain(sent: SentChain, side: str, host: str, attempts: list[str], at: datetime) -> Chain:
    of = side + (f", in the attempt {', '.join(attempts)}" if attempts else "")
    if sent.unreadable:
        return Chain(of, sent.frame, sent.compression, unreadable=sent.unreadable)
    try:
        question = Question(host=host or None, at=at)
        found = all_escaped(examine_file(b"".join(map(_pem, sent.certificates)), of, question))
    except CertificateError as problem:
        return Chain(of, sent.frame, sent.compression, unreadable=str(problem))
    last = found.certificates[-1] if found.certificates else None
    issuer = last.issuer if last and last.issuer != last.subject else ""
    flaws = tuple(
        Flaw(finding.detail, explained(finding.row).cause, explained(finding.row).cure)
        for finding in (*found.wrong, *found.remarks)
    )
    return Chain(of, sent.frame, sent.compression, found.certificates, issuer, flaws)


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"
