"""Messages of a few letters each, with words around them."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, origin_of, outcome, played, some_findings
from capture.wrapped import noise
from overheard_capture.decoders.messages import LAYER, JoinedMessages, MessageLines
from overheard_capture.decoders.registry import body_reader
from overheard_capture.protocols.websocket.reader import websocket
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = VALUE.decode()
LETTERS = list(TEXT)
TOKENS = [TEXT[at : at + 3] for at in range(0, len(TEXT), 3)]

SHAPES: dict[str, Callable[[int, str], str]] = {
    "JSON": lambda _, text: json.dumps({"type": "input", "data": text}),
    "numbers that change": lambda number, text: json.dumps({"id": number, "at": f"12:{number}", "d": text}),
    "OpenAI": lambda _, text: json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}),
    "AI SDK": lambda _, text: f"0:{json.dumps(text)}",
    "asciinema": lambda number, text: json.dumps([number / 10, "o", text]),
    "socket.io": lambda _, text: f"42{json.dumps(['input', text])}",
    "SignalR": lambda _, text: json.dumps({"type": 1, "target": "key", "arguments": [text]}) + "\x1e",
    "SockJS": lambda _, text: f"a{json.dumps([text])}",
    "XMPP": lambda number, text: f"<message id='m{number}'><body>{text}</body></message>",
    "STOMP": lambda number, text: f"MESSAGE\nmessage-id:{number}\n\n{text}\0",
    "IRC": lambda _, text: f":nut!n@h PRIVMSG #tree :{text}\r\n",
    "a leading letter": lambda _, text: f"0{text}",
    "two leading letters": lambda _, text: f"i>{text}",
    "a field": lambda _, text: f"key={text}",
}


def joined(messages: list[str]) -> list[str]:
    """The spellings of the secret in these messages, one after the other."""
    findings = some_findings()
    several = JoinedMessages(findings, ())
    for message in messages:
        reader = several.reader()
        reader.feed(message.encode(), origin_of(len(message.encode())))
        reader.close()
    several.close()
    assert all(each.layers[0] == LAYER for each in findings.sightings)
    return [each.match.spelling for each in findings.sightings]


@for_each(pieces=[LETTERS, TOKENS], name=SHAPES)
def test_what_varies_is_joined(name: str, pieces: list[str]) -> None:
    messages = [SHAPES[name](number, piece) for number, piece in enumerate(["a", *pieces, "z"])]
    assert joined(messages) == ["plainly"]
    # With other messages in between, as answers and pings are.
    others = [f'{{"ping": {number}}}' for number in range(len(messages))]
    assert joined([each for pair in zip(messages, others, strict=True) for each in pair]) == ["plainly"]


def likely(text: str, number: int) -> str:
    """A token with its bytes and probability, and those of others, as with `logprobs` and 20 `top_logprobs`."""
    token = {"token": text, "logprob": -(10.0 ** -(number % 8)), "bytes": list(text.encode())}
    others = [{"token": f" nut{each}", "logprob": -each / 7, "bytes": [32] * (number + 1)} for each in range(20)]
    logprobs = {"content": [{**token, "top_logprobs": others}]}
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text}, "logprobs": logprobs}]})


@pytest.mark.parametrize("pieces", [LETTERS, TOKENS])
def test_tokens_with_what_was_as_likely_are_joined(pieces: list[str]) -> None:
    messages = [likely(piece, number) for number, piece in enumerate(pieces)]
    # Each token stands there twice.
    assert joined(messages) == ["plainly", "plainly"]
    assert joined([messages[0], *messages[2:]]) == []


@for_each(pieces=[LETTERS, TOKENS], index=[(0, 1), (1, 0), (3, 12)], name=["index", "output_index"])
def test_several_answers_at_once_are_told_by_their_index(pieces: list[str], index: tuple[int, int], name: str) -> None:
    messages = []
    for number, piece in enumerate(pieces):
        messages += [json.dumps({"n": number, name: index[0], "delta": piece})]
        messages += [json.dumps({"n": number, name: index[1], "delta": " nut"})]
    assert joined(messages) == ["plainly"]
    assert joined([each.replace("index", "number") for each in messages]) == []
    # One that counts the messages.
    assert joined([json.dumps({name: number, "delta": piece}) for number, piece in enumerate(pieces)]) == ["plainly"]


@for_each(kinds=[("keydown", "keyup"), ("key_press", "key_release"), ("KEYDOWN", "KEYUP")])
def test_a_key_goes_down_and_up(kinds: tuple[str, str]) -> None:
    messages = [json.dumps({"type": kind, "key": sign}) for sign in LETTERS for kind in kinds]
    assert joined(messages)
    assert not joined([each.replace(kinds[0], "a").replace(kinds[1], "b") for each in messages])


@pytest.mark.parametrize(
    "messages",
    [
        [json.dumps({"d": piece}) for piece in reversed(TOKENS)],
        [json.dumps({"d": piece}) for piece in TOKENS[:-1]],
        [json.dumps({name: piece}) for name, piece in zip("abcdefgh", TOKENS, strict=False)],
        [json.dumps({"d": "x" * 2000 + piece}) for piece in TOKENS],
        [json.dumps({"d": piece + "."}) for piece in TOKENS],
    ],
)
def test_other_messages_are_not(messages: list[str]) -> None:
    assert joined(messages) == []


@pytest.mark.parametrize(
    "write", [lambda piece: base64.b64encode(piece.encode()).decode(), lambda piece: piece.encode().hex()]
)
@pytest.mark.parametrize("around", ['{{"d":"{}"}}', "0{}", "{}", "data: {}", "<d>{}</d>"])
def test_values_that_are_coded_each_are_joined_decoded(write: Callable[[str], str], around: str) -> None:
    assert joined([around.format(write(piece)) for piece in TOKENS])
    assert joined([around.format(write(piece)) for piece in TEXT])
    assert joined([around.format(write(piece)) for piece in reversed(TOKENS)]) == []


CODED: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base85": base64.b85encode,
    "hexadecimal": lambda data: data.hex().encode(),
    # Which has no letters.
    "hexadecimal twice": lambda data: data.hex().encode().hex().encode(),
    "gzip in base64": lambda data: base64.b64encode(gzip.compress(data)),
    "percent-encoded": lambda data: "".join(f"%{byte:02x}" for byte in data.decode().encode("utf-16")).encode(),
}


def tokens(text: str, size: int = 5) -> list[str]:
    """Messages as of a language model, and the last one, which says that it is done."""
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    return [*(json.dumps({"id": "c1", "delta": {"content": part}}) for part in parts), "[DONE]"]


@pytest.mark.parametrize("name", CODED)
def test_what_is_encoded_in_joined_values_is_read(name: str) -> None:
    # A few messages, and more than are searched at once.
    for before in (b"it is ", bytes(65 + byte % 53 for byte in noise(1200)) + b" "):
        found = played(MessageLines, lines(tokens(CODED[name](before + VALUE).decode())))
        assert found.sightings
        assert all(LAYER in each.layers and each.place.frame > 0 for each in found.sightings)
        assert not found.unread
        assert not played(MessageLines, lines(tokens(CODED[name](before + VALUE.swapcase()).decode()))).sightings


def test_what_is_encoded_in_joined_values_is_read_however_it_is_cut() -> None:
    data = lines(tokens(CODED["gzip in base64"](VALUE * 3).decode(), 3))
    found = played(MessageLines, data)
    for size in (1, 17, 200):
        assert outcome(played(MessageLines, data, range(0, len(data), size))) == outcome(found)


def frames(messages: list[str]) -> bytes:
    """Text frames of WebSocket, unmasked."""
    return b"".join(b"\x81" + bytes([len(message)]) + message.encode() for message in messages)


def lines(messages: list[str]) -> bytes:
    """Server-sent events."""
    return "".join(f"data: {message}\n\n" for message in messages).encode()


@given(st.lists(st.integers(1, 700), max_size=5))
def test_websocket_and_lines_are_joined_however_they_are_cut(cuts: list[int]) -> None:
    messages = [json.dumps({"d": piece}) for piece in TOKENS]
    for kind in (b"text/event-stream; charset=utf-8", b"application/x-ndjson"):
        found = played(body_reader(kind), lines(messages), cuts).sightings
        assert [(each.match.spelling, each.layers) for each in found] == [("plainly", (LAYER,))]
    found = played(websocket, frames(messages), cuts).sightings
    assert [(each.match.spelling, each.layers[-1]) for each in found] == [("plainly", LAYER)]


@given(st.lists(st.integers(1, 6000), max_size=5))
def test_a_long_line_is_no_message(cuts: list[int]) -> None:
    data = b"x" * 3000 + b"\n" + lines([json.dumps({"d": piece}) for piece in TOKENS]) + b"y" * 2000
    assert len(played(MessageLines, data, cuts).sightings) == 1


def test_a_message_that_has_the_secret_is_not_reported_twice() -> None:
    found = played(MessageLines, lines([json.dumps({"d": TEXT}), json.dumps({"d": "x"})])).sightings
    assert [each.layers for each in found] == [()]


@pytest.mark.slow
def test_many_shapes_and_quotes_take_bounded_time() -> None:
    messages = [json.dumps({f"name{chr(97 + number % 26)}{'x' * (number % 200)}": "v"}) for number in range(3000)]
    messages += ['"' * 1000, '"\\' * 500, '":' * 500, "<>" * 500]
    assert joined(messages) == []
