"""The values in a message, and the shape by which messages of the same kind are told."""

from __future__ import annotations

import pytest

from overheard_capture.decoders.message_values import LONGEST, message_values, protobuf_values, shape


def texts(message: bytes) -> dict[object, list[bytes]]:
    """What stands in the places of a message, by shape."""
    return {shape: [message[start:end] for start, end in values] for shape, values in message_values(message)}


def test_strings_and_text_between_tags_are_values_without_names() -> None:
    assert list(texts(b'{"id": 7, "key": "a", "who": ["nut"]}').values()) == [[b"a", b"nut"]]
    assert list(texts(b"<m id=1><body>a</body></m>").values()) == [[b"a"]]


@pytest.mark.parametrize(
    ("message", "value"),
    [
        (b"PRIVMSG #tree :a", b"a"),
        (b"/type?key=a&seq=3", b"a"),
        (b"level=info key=a who=nut", b"a"),
        (b"statsd.a:1|c", b"a"),
        (b"key: a", b"a"),
        (b"key=" + b" ", b" "),
        (b"17a", b"a"),
        (b"a", b"a"),
        (b"k>a", b"a"),
        (b"\x00\x00\x01\x07a", b"a"),
        (b"\x00\x00\x01\x07a\xfe\x03", b"a"),
    ],
)
def test_what_follows_a_separator_or_a_header_is_a_value(message: bytes, value: bytes) -> None:
    assert value in [each for values in texts(message).values() for each in values]


def test_messages_that_differ_in_numbers_and_values_have_the_same_shape() -> None:
    for one, other in (
        (b'{"id": 9, "key": "a"}', b'{"id": 10, "key": "bcd"}'),
        (b"<13>1 12:59:01 host key=a", b"<13>1 13:00:00 host key=bc"),
    ):
        assert set(texts(one)) & set(texts(other))
    assert not set(texts(b'{"key": "a"}')) & set(texts(b'{"other": "a"}'))


def test_a_long_value_is_none() -> None:
    assert all(not any(values) for values in texts(b'{"key": "%b"}' % (b"a" * 65)).values())


def test_fields_of_protocol_buffers_are_told_by_their_numbers() -> None:
    message = b"\x08\x07\x12\x03\x0a\x01a\x1a\x03nut"
    found = {path: message[start:end] for path, ((start, end),) in protobuf_values(message)}
    assert found == {(2,): b"\x0a\x01a", (2, 1): b"a", (3,): b"nut"}


@pytest.mark.parametrize(
    "message", [b'"' * LONGEST, b'"\\' * 512, b'":' * 512, b"<>" * 512, b": " * 512, b"\xff" * LONGEST]
)
def test_hostile_messages_have_few_values(message: bytes) -> None:
    assert sum(len(values) for _, values in message_values(message)) < 100
    assert len(list(protobuf_values(message))) <= 16
    assert shape(b"a1b22") == b"ab"
