"""What the page shows of the wire: the conversations of a recording, with and without the session keys."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from overheard.words.recording import KEY_LOG
from overheard.words.services import INTERCEPTOR, OF_THE_SERVER
from overheard.words.visible import TLS
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.page.beside import half
from overheard_capture.page.messages import messages
from overheard_capture.wireshark.flow_graph import MOST, ArrowKind, flow_graph
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from overheard.words.scenario import Scenario
    from overheard_capture.page.beside import Half
    from overheard_capture.page.masking import Masking
    from overheard_capture.page.run_folder import RunFolder
    from overheard_capture.wireshark.flow_graph import Arrow, FlowConversation

# What others are compared with.
_HTTP, _HTTPS = "http", "https"
_TLS_PORTS = {service.port for service in OF_THE_SERVER.values() if service.scheme == "https"}


@dataclass(frozen=True)
class Ladder:
    """A conversation as a sequence diagram: who its two sides are, and what goes from one to the other."""

    conversation: FlowConversation
    left: str
    right: str

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """Every frame, in order."""
        return self.conversation.arrows


def keys_of(run: RunFolder) -> TlsKeys:
    """The session keys of a run: the client's, and those of an interceptor for what it said to the server."""
    logs = (run.key_log, run.path / INTERCEPTOR / KEY_LOG)
    return TlsKeys(tuple(log for log in logs if log.is_file()))


def chosen_keys(run: RunFolder, *, with_keys: bool) -> TlsKeys:
    """Those keys, or none: what everybody on the wire has."""
    return keys_of(run) if with_keys else TlsKeys()


def tshark_input(run: RunFolder, scenario: str) -> TsharkInput:
    """The recording of a scenario, with the ports on which TLS was spoken. Raises UnknownRunError."""
    path: Path = run.recording(scenario)
    interim = run.known.get(scenario)
    streams = interim.verdict.visible if interim and interim.verdict else ()
    spoken = {stream.port for stream in streams if stream.content == TLS}
    return TsharkInput(path, tuple(sorted(_TLS_PORTS | spoken)))


def ladders(run: RunFolder, scenario: Scenario, *, with_keys: bool) -> list[Ladder]:
    """The conversations of a scenario. Raises UnknownRunError, or UnreadableError."""
    found = flow_graph(tshark_input(run, scenario.name), chosen_keys(run, with_keys=with_keys))
    intercepted = any(attempt.intercepted for attempt in scenario.attempts)
    return [_ladder(each, found, intercepted=intercepted) for each in found]


def only_up_to(run: RunFolder, scenario: str) -> int:
    """How many frames of a recording are drawn, if there are more; otherwise 0. Raises UnreadableError."""
    frames = CaptureReader([run.recording(scenario)]).frames()
    return MOST if any(True for _ in islice(frames, MOST, None)) else 0


def telling_frame(run: RunFolder, scenario: str, drawn: Sequence[Ladder]) -> int | None:
    """The frame to show first: that which carried the secret; or the first with more than TCP."""
    if carrier := _carrier(run, scenario):
        return carrier
    told = (
        arrow
        for ladder in drawn
        for arrow in ladder.arrows
        if arrow.kind not in {ArrowKind.TCP, ArrowKind.ACKNOWLEDGEMENT}
    )
    return next((arrow.frame for arrow in told), None)


def _carrier(run: RunFolder, scenario: str) -> int | None:
    """The frame that carried the secret, if that is known."""
    interim = run.known.get(scenario)
    return interim.verdict.carrier if interim and interim.verdict else None


def compared(
    run: RunFolder, scenario: str, masking: Masking, *, with_keys: bool
) -> list[tuple[str, list[tuple[str, Half]]]]:
    """The request and the response of a scenario, beside those of HTTP; those of HTTP itself beside those of HTTPS.

    Raises UnreadableError.
    """
    names = [_HTTP, _HTTPS if scenario == _HTTP else scenario]
    # Without them, nothing would say where in the ciphertext the secret is.
    keys = keys_of(run)
    both = {
        name: messages(tshark_input(run, name), keys, _carrier(run, name)) for name in names if run.is_recorded(name)
    }
    return [
        (what, [(name, half(pair[at], masking, opened=with_keys)) for name, pair in both.items()])
        for at, what in enumerate(("The request", "The response"))
    ]


def was_sent(run: RunFolder, message: bytes) -> bool:
    """Whether a message is in what the server sent by HTTP or HTTPS; also if neither was recorded.

    Raises UnreadableError.
    """
    names = [name for name in (_HTTP, _HTTPS) if run.is_recorded(name)]
    keys = keys_of(run)
    return not names or any(message in messages(tshark_input(run, name), keys)[1].plain for name in names)


def _ladder(conversation: FlowConversation, others: tuple[FlowConversation, ...], *, intercepted: bool) -> Ladder:
    """Who intercepts has a conversation with the server while that with the client goes on."""
    left, right = "client", "server"
    if intercepted:
        if any(conversation.surrounds(other) for other in others if other is not conversation):
            right = INTERCEPTOR
        elif any(other.surrounds(conversation) for other in others if other is not conversation):
            left = INTERCEPTOR
    return Ladder(conversation, left, right)
