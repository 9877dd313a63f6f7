"""Whether the wire proves that the secret was not sent: all of it is TLS that ended in its handshake.

A wrong NOT SENT is as bad as a wrong PROTECTED. So every byte must be accounted for, and whatever may hide something is
a doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.options import SENT
from overheard.words.verdict import Check, Rule
from overheard.words.visible import TLS
from overheard_capture.scan.flow_rows import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.report import Flow
    from overheard_capture.judge.evidence import Case, Evidence
    from overheard_capture.wireshark.tshark import TlsFrame

_TLS_1_3 = "TLS 1.3"
_CHANGE_CIPHER_SPEC, _ALERT = "20", "21"
# The lengths of records of a fixed length: of an alert also with its type and a tag (RFC 8446, 5.2).
_LENGTHS = {_CHANGE_CIPHER_SPEC: {"1"}, _ALERT: {"2", "19"}}
# The handshake messages that are read here (RFC 8446, 4; RFC 5246, 7.4; RFC 6066, 8; RFC 5077, 3.3). A compressed
# certificate (RFC 8879), for one, is not.
_TYPES = frozenset({0, 1, 2, 4, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24})
_CHECK_THE_CONNECTION = "see why the connections failed: the client was to send it, or to get it"


def check_never_sent(case: Case) -> Check:
    """The check for TLS streams without application data. It never holds; its code says whether anything is in doubt.

    Raises UnreadableError.
    """
    streams = count(len(case.facts.tls), "TLS stream")
    doubt = next(_doubts(case), "")
    if doubt:
        says = f"no application data in {streams}, but it may have been sent all the same: {doubt}"
        return Check(Rule.PRESENT, "no-data-in-tls", holds=False, says=says)
    says = f"it never left: {streams}, and no application data in either direction"
    return Check(Rule.PRESENT, "never-sent", holds=False, says=says, hint=_CHECK_THE_CONNECTION)


def _doubts(case: Case) -> Iterator[str]:
    """Why it may have been sent, in a few words each; those that are quickly known first."""
    facts, evidence = case.facts, case.evidence
    if SENT in evidence.vouched:
        yield "the caller vouches that it was"
    for what, size in facts.in_clear.items():
        yield f"{count(size, 'byte')} of {what} in clear"
    if facts.unread:
        yield "something could not be read"
    if facts.encrypted_flows or facts.unsettled:
        yield "another protocol encrypts"
    if facts.more_flows:
        yield f"{count(facts.more_flows, 'flow')} of very many {'was' if facts.more_flows == 1 else 'were'} not listed"
    whole = {stream.stream for stream in evidence.visible if stream.content == TLS}
    for flow in facts.flows:
        if not _is_accounted_for(flow, whole):
            yield f"{flow.client} → {flow.server} is not a handshake alone"
    yield from _of_records(evidence)
    yield from _of_messages(case)


def _is_accounted_for(flow: Flow, whole: set[int]) -> bool:
    """Whether every byte of a flow is in TLS from the first to the last, or in a mark of the recorder."""
    return not (flow.sent or flow.answered) or flow.what == MARKS or (flow.stream in whole and flow.protected)


def _of_records(evidence: Evidence) -> Iterator[str]:
    """What may hide in a record: in an encrypted one before TLS 1.3, or where a record is longer than what it holds."""
    new = {stream.stream for stream in evidence.visible if stream.version == _TLS_1_3}
    for opened in evidence.opened:
        for frame in opened.frames:
            records = list(zip(frame.types.split(","), frame.lengths.split(","), strict=False))
            if not new.issuperset(frame.streams) and _CHANGE_CIPHER_SPEC in dict(records):
                yield f"a handshake of TLS 1.2 went on encrypted, in frame {frame.frame}"
            if frame.all_typed and not _all_short(frame):
                yield f"a record of an alert is too long, in frame {frame.frame}"


def _all_short(frame: TlsFrame) -> bool:
    records = zip(frame.types.split(","), frame.lengths.split(","), strict=True)
    return all(length in _LENGTHS.get(kind, {length}) for kind, length in records)


def _of_messages(case: Case) -> Iterator[str]:
    """What the messages of the handshakes hold, such as the names in a certificate."""
    for message in case.evidence.handshakes:
        if message[:1] and message[0] not in _TYPES:
            yield "a message of a handshake is none that is read"
        if any(match.secret == case.number for match in case.evidence.search.matches(message)):
            yield "a message of a handshake has it"
