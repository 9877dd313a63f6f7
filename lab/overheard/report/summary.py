"""The result of a scenario at a glance: a phrase for the client, one for the spy, and one for the evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.report.labels import how
from overheard.words.caesar import shifted
from overheard.words.counting import count
from overheard.words.layer import OpenedBy
from overheard.words.spelling import shift_of
from overheard.words.verdict import Outcome, Presence

if TYPE_CHECKING:
    from overheard.words.result import Result
    from overheard.words.sighting import Sighting
    from overheard.words.verdict import Verdict

# With more attempts than this, a count says more than the result of the first.
_FEW = 5
# `[SSL: CODE] reason (_ssl.c:1006)`, with one more reason if the verification of a certificate failed; or what a client
# says that checks more than OpenSSL did.
_REASON = re.compile(
    r"\[SSL: [A-Z0-9_]+\] (?:certificate verify failed: )?(.*?)\.? \(_ssl|SSLCertVerificationError\('([^']*)'"
)


def got(result: Result, message: str) -> str:
    """What the client got: the message, or the error."""
    if result.skipped:
        return result.skipped
    attempts = len(result.exchanges)
    if attempts > _FEW:
        right = sum(not exchange.wrong for exchange in result.exchanges)
        return f"{right} of {attempts} as expected"
    return message if result.received else short_error(result.error)


def short_error(error: str) -> str:
    """The part of an error of `requests` that says what happened: the reason of OpenSSL, or the client's own."""
    reasons = _REASON.findall(error)
    return "".join(reasons[-1]) if reasons else error


def ciphertext(sighting: Sighting, message: str) -> str:
    """The message as it is on the wire in this sighting, if only its letters are shifted; otherwise empty."""
    shift = shift_of(sighting.spelling)
    return shifted(message, shift) if shift and not sighting.layers else ""


def saw(result: Result, message: str) -> str:
    """What the spy saw."""
    verdict = result.verdict
    if result.skipped:
        return ""
    if not verdict.sightings:
        return _saw_no_message(verdict)
    first = verdict.sightings[0]
    if written := ciphertext(first, message):
        return f"“{written}”" + (", and broke it" if verdict.broken else "")
    if first.layers:
        return f"“{message}”, {'by a stolen key' if first.layers[-1].opened_by is OpenedBy.THIEF else 'as interceptor'}"
    return f"“{message}”, in frame {first.frame}"


def _saw_no_message(verdict: Verdict) -> str:
    versions = list(dict.fromkeys(stream.version for stream in verdict.visible if stream.version))
    alerts = list(dict.fromkeys(alert.name for stream in verdict.visible for alert in stream.alerts))
    if len(alerts) > 1:
        handshakes = sum(bool(stream.hello_frames) for stream in verdict.visible)
        return f"{count(handshakes, 'handshake')}, {len(alerts)} alert kinds"
    if alerts:
        return f"{' and '.join(versions)}, alert {alerts[0]}"
    if verdict.presence is Presence.MESSAGE_KEY:
        return "sealed Fernet tokens"
    if not versions:
        return "nothing that it could read"
    both = " and ".join(versions)
    return f"{both} ciphertext" if verdict.presence is Presence.KEY_LOG else f"a {both} handshake"


def evidence(verdict: Verdict) -> str:
    """The evidence for the verdict, in one line."""
    if verdict.sightings:
        seen = verdict.sightings[0]
        more = f", and {len(verdict.sightings) - 1} more" if len(verdict.sightings) > 1 else ""
        source = f"from {seen.direction.partition(' → ')[0]}, " if seen.direction else ""
        return f"frame {seen.frame}, byte {seen.offset}, {source}{how(seen)}{more}"
    if verdict.outcome is Outcome.PROTECTED:
        ground = f"{verdict.ground}; " if verdict.ground else ""
        return f"{ground}presence: {verdict.presence} (frame {verdict.carrier}); all {len(verdict.checks)} checks hold"
    first, *others = (check.says for check in verdict.reasons)
    return f"{first}; and {len(others)} more" if others else first
