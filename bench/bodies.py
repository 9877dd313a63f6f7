"""The bodies of the benchmark's traffic, as a web server sends them. None contains the secret.

Text is generated from a list of words, some far more common than others, so that it compresses about as well as real
pages.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import random
import threading
from dataclasses import dataclass
from functools import cache

SECRET = b"fluffy tail"
_COMMON_FIRST = """
the of and a to in is it that was for on are with as be this have from or had by not but what all were when we there
can an your which their said if do will each about how up out them then she many some so these would other into has
more two like him see time could no make than first been its who now people my made over did down only way find use
may water long little very after words called just where most know get through back much before go good new write our
used me man too any day same right look think also around another came come work three word must because does part
even place well such here take why things help put years different away again off went old number great tell men say
small every found still between name should home big give air line set own under read last never us left end along
while might next sound below saw something thought both few those always looked show large often together asked house
world going want school important until form food keep children feet land side without boy once animals life enough
took sometimes four head above kind began almost live page got earth need far hand high year mother light parts country
father let night following picture being study second eyes soon times story boys since white days ever paper hard near
sentence better best across during today others however sure means knew try told young miles sun ways thing whole hear
example heard several change answer room sea against top turned learn point city play toward five using himself usually
acorn branch burrow cache drey forest hazel hollow nut oak park pine rodent squirrel tree walnut winter woodland
"""
_WORDS = _COMMON_FIRST.split()
_BANK = 8 << 20  # longer than the text of the largest body
_LEAST, _MOST = 1_000, 1_000_000
# The approximate compression ratio of gzip for this text: a gzipped body needs that much more text.
_GZIP_RATIO = 4
# The types of bodies, and their share of all bytes.
_KINDS = {"text": 25, "chunked text": 15, "gzip": 17, "chunked gzip": 8, "image": 30, "text with images": 5}


@dataclass(frozen=True)
class Body:
    """One body as it goes over the wire, and the headers that go with it."""

    content_type: str
    data: bytes
    encoding: str = ""
    chunked: bool = False


def dice_of(seed: object) -> random.Random:
    """A random generator that is the same in every run."""
    return random.Random(f"{seed}")  # noqa: S311 - nothing here is kept secret by it


def _sentence(dice: random.Random, weights: list[float], length: int) -> str:
    return " ".join(dice.choices(_WORDS, cum_weights=weights, k=length)).capitalize() + "."


def _page(dice: random.Random, weights: list[float]) -> str:
    number = dice.randrange(10**6)
    head, text = _sentence(dice, weights, 5), _sentence(dice, weights, dice.randint(10, 50))
    link = f'<a href="/notes/{number}?sort=new&amp;page=2">{head}</a>'
    return f'<li class="note" id="n{number}">\n  {link}\n  <p>{text}</p>\n</li>\n'


def _record(dice: random.Random, weights: list[float]) -> str:
    return (
        json.dumps(
            {
                "id": dice.randrange(10**9),
                "token": dice.randbytes(12).hex(),
                "price": round(dice.random() * 100, 2),
                "tags": dice.choices(_WORDS, k=3),
                "text": _sentence(dice, weights, dice.randint(5, 30)),
            }
        )
        + ",\n"
    )


@cache
def _bank(content_type: str) -> bytes:
    """A large text of one type, from which bodies are cut."""
    dice = dice_of(content_type)
    # Zipf's law: the word of rank n has a weight of 1/n.
    total, weights = 0.0, []
    for rank in range(1, len(_WORDS) + 1):
        total += 1 / rank
        weights.append(total)
    make = _page if content_type == "text/html" else _record
    # A new piece costs 10 µs: each is used four times, in a different order.
    pieces, length = [], 0
    while length < _BANK // 4:
        pieces.append(make(dice, weights))
        length += len(pieces[-1])
    return "".join(piece for _ in range(4) for piece in dice.sample(pieces, len(pieces))).encode()


def warm() -> None:
    """Generate the text in advance, so that it does not slow down the traffic."""
    for content_type in ("text/html", "application/json"):
        _bank(content_type)


class Bodies:
    """An endless supply of bodies. Safe to share among threads."""

    def __init__(self, seed: str) -> None:
        self._dice = dice_of(seed)
        self._lock = threading.Lock()

    def next(self, most: int = _MOST) -> Body:
        """One more body of at most about `most` bytes."""
        with self._lock:
            dice = dice_of(self._dice.random())
        size = int(math.exp(dice.uniform(math.log(_LEAST), math.log(most))))
        [kind] = dice.choices(list(_KINDS), weights=list(_KINDS.values()))
        if kind == "image":
            return Body("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + dice.randbytes(size))
        if kind == "text with images":
            return Body("application/json", _with_images(dice, size))
        content_type = dice.choice(["text/html", "application/json"])
        if "gzip" in kind:
            packed = gzip.compress(_cut(dice, content_type, size * _GZIP_RATIO), 6)
            return Body(content_type, packed, "gzip", "chunked" in kind)
        return Body(content_type, _cut(dice, content_type, size), chunked="chunked" in kind)


def _cut(dice: random.Random, content_type: str, size: int) -> bytes:
    bank = _bank(content_type)
    start = dice.randrange(max(1, len(bank) - size))
    return bank[start : start + size]


def _with_images(dice: random.Random, size: int) -> bytes:
    images = [base64.b64encode(dice.randbytes(size // 4)).decode() for _ in range(3)]
    return json.dumps({"images": [f"data:image/png;base64,{image}" for image in images]}).encode()


def chatter(seed: str) -> list[tuple[bytes, bytes]]:
    """Requests and responses of a chatty protocol, each a line of 20 to 200 bytes."""
    dice = dice_of(seed)
    weights = [float(rank) for rank in range(1, len(_WORDS) + 1)]

    def line(verb: bytes) -> bytes:
        text = _sentence(dice, weights, 40).encode()
        return (verb + b" %06d " % dice.randrange(10**6) + text)[: dice.randint(18, 198)] + b"\r\n"

    return [(line(b"GET"), line(b"VALUE")) for _ in range(2000)]
