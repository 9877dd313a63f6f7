"""What a flow is, all in all: told by its content alone and never by its port."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.content.findings import Desk


class Content(StrEnum):
    """What the bytes of a flow are to someone who has no key."""

    TLS = "TLS"
    TEXT = "plain text"
    LATER = "TLS behind something in clear"
    MISTAKEN = "TLS in clear on one side and plain text on the other"
    NOTHING = "nothing"
    UNKNOWN = "something that this judge cannot read"


def content_of(desks: tuple[Desk, Desk]) -> Content:
    """What a flow carries, both directions taken together, once both of its readers were closed.

    MISTAKEN is where one side took the port for another: a hello is answered by text, or text by an alert.
    """
    said = [desk for desk in desks if desk.read.total()]
    if not said:
        return Content.NOTHING
    if any(desk.troubles for desk in said):
        return Content.UNKNOWN
    of_tls = [desk.tls is not None for desk in said]
    if not any(of_tls):
        return Content.TEXT
    if not all(of_tls):
        return Content.MISTAKEN
    return Content.LATER if any(desk.tls and desk.tls.begins for desk in said) else Content.TLS
