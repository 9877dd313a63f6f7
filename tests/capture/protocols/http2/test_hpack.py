"""The functions of the package hpack that are not documented, by the examples of RFC 7541, appendix C."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hpack.exceptions import HPACKError
from hpack.hpack import decode_integer
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

from overheard_capture.protocols.http2.hpack import HpackDecoder

# C.5.1: the table of 256 bytes after the first response, oldest entry first.
FIRST_RESPONSE = [
    (b":status", b"302"),
    (b"cache-control", b"private"),
    (b"date", b"Mon, 21 Oct 2013 20:13:21 GMT"),
    (b"location", b"https://www.example.com"),
]


@pytest.fixture
def table() -> HeaderTable:
    made = HeaderTable()
    made.maxsize = 256
    for name, value in FIRST_RESPONSE:
        made.add(name, value)
    return made


@pytest.mark.parametrize(
    ("block", "bits", "number"), [("0a", 5, (10, 1)), ("1f9a0a", 5, (1337, 3)), ("2a", 8, (42, 1))]
)
def test_an_integer_is_decoded_with_its_length(block: str, bits: int, number: tuple[int, int]) -> None:
    """C.1; the bits before the prefix, and the bytes after the integer, are not part of it."""
    assert decode_integer(bytes.fromhex(block), bits) == number
    first, *others = bytes.fromhex(block)
    before = 0xFF << bits & 0xFF
    assert decode_integer(bytes([before | first, *others]) + b"more", bits) == number


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        ("f1e3c2e5f23a6ba0ab90f4ff", b"www.example.com"),
        ("a8eb10649cbf", b"no-cache"),
        ("d07abe941054d444a8200595040b8166e082a62d1bff", b"Mon, 21 Oct 2013 20:13:21 GMT"),
    ],
)
def test_huffman_coding_is_decoded_to_bytes(coded: str, text: bytes) -> None:
    """C.4 and C.6."""
    assert decode_huffman(bytes.fromhex(coded)) == text


def test_dynamic_table_indexes_follow_the_static_table_newest_first(table: HeaderTable) -> None:
    """C.5.1."""
    assert HeaderTable.STATIC_TABLE_LENGTH == 61
    assert table.get_by_index(2) == (b":method", b"GET")
    assert [table.get_by_index(62 + at) for at in range(4)] == FIRST_RESPONSE[::-1]
    assert len(table.dynamic_entries) == 4


def test_a_full_table_evicts_its_oldest_entry(table: HeaderTable) -> None:
    """C.5.2."""
    table.add(b":status", b"307")
    assert table.get_by_index(62) == (b":status", b"307")
    assert table.get_by_index(65) == FIRST_RESPONSE[1]
    table.maxsize = 0
    assert len(table.dynamic_entries) == 0


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda: HeaderTable().get_by_index(62), id="a missing entry"),
        pytest.param(lambda: HeaderTable().get_by_index(0), id="an invalid entry"),
        pytest.param(lambda: decode_integer(b"\x1f\x9a", 5), id="a truncated integer"),
        pytest.param(lambda: decode_integer(b"", 5), id="no integer"),
        pytest.param(lambda: decode_huffman(b"\xff" * 4), id="EOS within the string"),
        pytest.param(lambda: decode_huffman(b"\0"), id="a truncated symbol"),
    ],
)
def test_damage_raises_one_type_of_error(read: Callable[[], object]) -> None:
    with pytest.raises(HPACKError):
        read()


def test_header_blocks_are_decoded_with_these_functions() -> None:
    """C.6.1 and C.6.2: two responses of one connection."""
    blocks = HpackDecoder()
    header_blocks = (
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
    )
    first, second = (blocks.read(bytes.fromhex(each), 1 << 16) for each in header_blocks)
    assert [(field.name, field.value) for field in first[0]] == FIRST_RESPONSE
    assert [(field.name, field.value) for field in second[0]] == [(b":status", b"307"), *FIRST_RESPONSE[1:]]
    assert first[1] == second[1] == 0
