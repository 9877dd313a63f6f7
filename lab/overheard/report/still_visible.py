"""What was still visible: what every connection shows to everybody, whatever the verdict on the secret is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from overheard.words.counting import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.visible import Visible

# More streams than this are counted, not listed.
_MOST = 6


def still_visible(streams: Iterable[Visible]) -> Iterator[Text]:
    """Two lines per stream: endpoints, times and sizes; and the contents of its handshake."""
    streams = list(streams)
    for stream in streams[:_MOST]:
        yield Text(f"  {stream.client} → {stream.server}   {_amounts(stream)}")
        if facts := list(_facts(stream)):
            yield Text(f"    {', '.join(facts)}", style="dim")
    if len(streams) > _MOST:
        yield Text(f"  and {count(len(streams) - _MOST, 'more connection')}", style="dim")


def _amounts(stream: Visible) -> str:
    when = f"after {stream.began:.2f} s, for {stream.lasted * 1000:.0f} ms"
    if stream.data_guessed:
        return f"{when}; about {count(stream.data_sent, 'byte')} asked, about {stream.data_guessed:,} answered"
    return f"{when}; {count(stream.sent, 'byte')} there, {stream.answered:,} back"


def _facts(stream: Visible) -> Iterator[str]:
    yield from filter(None, (stream.version, stream.cipher))
    for name, value in (("group", stream.group), ("SNI", stream.sni), ("ALPN", stream.alpn)):
        if value:
            yield f"{name} {value}"
    if stream.subject or stream.names:
        yield f"certificate of {stream.subject} for {', '.join(stream.names)}"
    if stream.client_subject:
        yield f"certificate of the client {stream.client_subject}"
    for alert in stream.alerts:
        yield f"alert {alert.name} from the {alert.sender} in frame {alert.frame}"
