"""Forms: the ways to write a character, by itself or by its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from overheard.words.spelling.look import Look, either, exactly, in_either_case, repeated, row

# Before a number.
ZEROS = repeated(exactly(b"0"), 0, 6)

Codecs = tuple[str, ...]
# The forms of a character, given the forms of its bytes.
Forms = Callable[[str, Codecs], Iterable[Look]]


def encoded(character: str, codecs: Codecs) -> Iterator[bytes]:
    """Its bytes in each of the codecs that can write it."""
    for codec in codecs:
        try:
            yield character.encode(codec)
        except UnicodeEncodeError:
            continue


def _letter(byte: int, value: bytes) -> Iterator[Look]:
    """In some charsets the second byte of a character may be a letter, which remains as it is."""
    if byte < 128 and len(value) > 1:
        yield exactly(bytes([byte]))


def by_byte(*before: Look, digits: str = "02x", between: tuple[Look, ...] = ()) -> Forms:
    """The forms with a number for each byte in these digits, with something before each and between two of them."""

    def look(byte: int) -> Look:
        return row(*before, in_either_case(format(byte, digits).encode()))

    def write(character: str, codecs: Codecs) -> Iterator[Look]:
        for value in encoded(character, codecs):
            first, *others = (either(*_letter(byte, value), look(byte)) for byte in value)
            yield row(first, *(each for other in others for each in (*between, other)))

    return write


def only(character: str, look: Look) -> Forms:
    """The form of this character alone."""
    return lambda written, _: (look,) if written == character else ()
