"""SCTP: whole and fragmented messages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from corpus.case import harmless, leak
from corpus.packed import gz, page
from corpus.programs import sctp
from corpus.programs.sctp import Fragment

if TYPE_CHECKING:
    from corpus.scene import Scene


def said(*packets: list[Fragment], wire: bytes | None = None, backwards: bool = False, scene: Scene) -> bytes | None:
    """Messages in these packets, optionally in reverse order."""
    sctp.say(scene, *packets, backwards=backwards)
    return wire


_HALF, _REST = Fragment(b"the word is fluf", last=False), Fragment(b"fy tail", first=False)
_AMONG = Fragment(b"beech", stream=1)
_PACKED = gz(page(lines=4))

CASES = [
    leak("sctp", partial(said, [Fragment(b"the word is fluffy tail")])),
    leak("sctp-two-packets", partial(said, [_HALF], [_REST], wire=b"fluf"), "SCTP"),
    leak("sctp-two-pieces-in-a-packet", partial(said, [_HALF, _REST], wire=b"fluf"), "SCTP"),
    leak("sctp-among-others", partial(said, [_AMONG, _HALF], [_REST, _AMONG], wire=b"fluf"), "SCTP"),
    leak("sctp-out-of-order", partial(said, [_HALF], [_REST], wire=b"fluf", backwards=True), "SCTP"),
    leak("sctp-gzip", partial(said, [Fragment(_PACKED)], wire=_PACKED), "SCTP", "gzip"),
    harmless("sctp-two-messages", partial(said, [Fragment(b"fluffy ")], [Fragment(b"tail", message=1)])),
    harmless("sctp-two-streams", partial(said, [Fragment(b"fluffy ")], [Fragment(b"tail", stream=1)])),
    harmless("sctp-other-word", partial(said, [_HALF], [Fragment(b"fy nail", first=False)])),
]
