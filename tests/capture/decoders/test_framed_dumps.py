"""Dumps whose rows are each behind something else."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from capture.played import VALUE, played, seen, sightings
from capture.wrapped import noise
from overheard_capture.decoders.framed_dumps import LAYER
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = b"It was " + VALUE + b" that they said, and more of it."


def parts(data: bytes, size: int = 16) -> Iterator[tuple[int, bytes]]:
    return ((at, data[at : at + size]) for at in range(0, len(data), size))


def printk(data: bytes, prefix: str = "[   12.{at:06}] raw: {at:08x}: ", text: bool = True) -> str:
    """As `print_hex_dump` of Linux writes it."""
    rows = []
    for at, row in parts(data):
        shown = row.decode("latin-1").translate(dict.fromkeys((*range(32), *range(127, 256)), "."))
        rows.append(prefix.format(at=at) + f"{row.hex(' '):47}" + (f"  {shown}" if text else "") + "\n")
    return "".join(rows)


def openssl(data: bytes) -> str:
    """As `openssl s_client -debug` writes it."""
    return "".join(
        f"{at:04x} - {row[:8].hex(' ')}-{row[8:].hex(' ')}   {row.decode('latin-1')!r}\n" for at, row in parts(data)
    )


def candump(data: bytes) -> str:
    return "".join(f"  can0  7E8   [{len(row)}]  {row.hex(' ').upper()}\n" for _, row in parts(data, 8))


def candump_log(data: bytes) -> str:
    return "".join(f"(17000000{at:02}.0{at}) can0 7E8#{row.hex().upper()}\n" for at, row in parts(data, 8))


def messages(data: bytes, line: str = "  can0  7E8   [8]  {}\n") -> str:
    """Frames with a message of ISO 15765-2."""
    first = [line.format(f"1{len(data) >> 8:X} {len(data) & 255:02X} {data[:6].hex(' ').upper()}")]
    more = [f"2{number & 15:X} {row.hex(' ').upper()}" for number, (_, row) in enumerate(parts(data[6:], 7), 1)]
    return "".join([*first, *map(line.format, more)])


DUMPS: dict[str, Callable[[bytes], str]] = {
    "the kernel": printk,
    "the kernel, without text": lambda data: printk(data, text=False),
    "syslog": lambda data: printk(data, "Nov 30 10:00:{at:02} oak kernel: usb 1-{at}: {at:08x}: "),
    "a driver": lambda data: printk(data, "spi0.0:0x{at:04x}: "),
    "candump": candump,
    "candump -l": candump_log,
    "messages in frames": messages,
}


@for_each(name=DUMPS, data=[TEXT, gzip.compress(noise(60) + TEXT, mtime=0)])
def test_they_are_read(name: str, data: bytes) -> None:
    for before, behind in (("", ""), ("It began.\n" * 90, "It ended.\n" * 90)):
        text = (before + DUMPS[name](data) + behind).encode()
        every = sightings(played(untyped, text))
        assert any(layers[0] == LAYER for layers in seen(played(untyped, text))), name
        for cuts in ([len(text) // 2], range(0, len(text), 100)):
            assert sightings(played(untyped, text, cuts)) == every


def test_the_hyphens_of_openssl_are_no_part_of_a_dump() -> None:
    assert seen(played(untyped, openssl(TEXT).encode())) == {("hex dump",)}


OTHERS = {
    "two dumps": printk(TEXT[:16]) + printk(TEXT[16:]).replace("raw", "out"),
    "something between": printk(TEXT).replace("\n", "\nIt is a nut.\n"),
    "another identifier": candump(TEXT).replace("7E8", "ACE", 1),
    "words": "oak 0000: Fluf\noak 0010: fy tail\noak 0020: 4711\n",
}


@for_each(name=OTHERS)
def test_nothing_else_is(name: str) -> None:
    assert not seen(played(untyped, OTHERS[name].encode())), name
