"""WebSocket: masked, fragmented and compressed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.encoded import base64_of
from corpus.packed import gz, page
from corpus.programs.chat import chat

if TYPE_CHECKING:
    from corpus.programs.chat import Compression, Message
    from corpus.scene import Scene


def there(*messages: Message, part: slice, compression: Compression = None, frame: int = -1, scene: Scene) -> bytes:
    """Messages to the server. A part of one frame's payload, counted from the last, carries the secret.

    The Close frame is not counted; the last frame of a fragmented message is empty.
    """
    sent, _ = chat(scene, messages, (), compression)
    return sent[frame - 1][part]


def back(*messages: Message, part: slice, compression: Compression = None, frame: int = -1, scene: Scene) -> bytes:
    """The same to the client."""
    _, got = chat(scene, (), messages, compression)
    return got[frame - 1][part]


def both(to_server: list[Message], to_client: list[Message], *, scene: Scene) -> None:
    """Messages without the secret."""
    chat(scene, to_server, to_client, None)


_TEXT = page(lines=4).decode()
_LARGE = page(lines=2000).decode()
_AT = _LARGE.index(FLUFFY)
_SPELT, _CORE = base64_of(f"a{FLUFFY}".encode(), FLUFFY.encode())
_START = _SPELT.index(_CORE)
_ALL = slice(None)
_LAST = slice(-len(FLUFFY), None)
_WORD = "the word is fluffy tail"

CASES = [
    leak("websocket-masked", partial(there, "acorn", _WORD, part=_LAST), "WebSocket"),
    leak("websocket-to-client", partial(back, _WORD, part=_LAST)),
    leak("websocket-fragments", partial(back, ["acorn fluf", "fy tail"], part=slice(-4, None), frame=-3), "WebSocket"),
    leak(
        "websocket-masked-fragments",
        partial(there, ["acorn fluf", "fy ", "tail"], part=slice(-4, None), frame=-4),
        "WebSocket",
    ),
    # A terminal in a browser sends each key as a message.
    leak("websocket-messages", partial(there, "fluf", "fy ", "tail", part=_ALL, frame=-3), "WebSocket"),
    leak(
        "websocket-masked-base64",
        partial(there, _SPELT.decode(), part=slice(_START, _START + len(_CORE))),
        "WebSocket",
        spelling="base64, at 1",
    ),
    leak("websocket-masked-gzip", partial(there, gz(page()), part=_ALL), "WebSocket", "gzip"),
    leak("websocket-masked-large", partial(there, _LARGE, part=slice(_AT, _AT + len(FLUFFY))), "WebSocket"),
    leak(
        "websocket-deflate", partial(back, _TEXT, part=_ALL, compression="deflate"), "WebSocket", "permessage-deflate"
    ),
    leak(
        "websocket-masked-deflate",
        partial(there, _TEXT, part=_ALL, compression="deflate"),
        "WebSocket",
        "permessage-deflate",
    ),
    # The compression window has the first message, so that the second one is very short.
    leak(
        "websocket-deflate-window",
        partial(back, "fluffy acorn, bushy tail", _TEXT, part=_ALL, compression="deflate"),
        "WebSocket",
        "permessage-deflate",
    ),
    harmless("websocket-masked-other-word", partial(both, ["the word is fluffy tael"], [])),
    harmless("websocket-two-messages", partial(both, ["fluffy ", "and ", "tail"], ["fluffy", "tail"])),
    harmless("websocket-both-ways", partial(both, ["fluffy "], ["tail"])),
    harmless("websocket-deflate-other-word", partial(there, page("fluffy tael"), part=_ALL, compression="deflate")),
]
