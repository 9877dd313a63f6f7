"""The ground of a verdict: on what it rests that a secret was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Self

from overheard.words.counting import count
from overheard.words.frozen import dataclass
from overheard.words.named_tuple import NamedTuple


class Proof(StrEnum):
    """How it is known that encrypted data is encrypted.

    With session keys, the authentication tag of every record was verified (RFC 8446, 5.2; RFC 5288). Without, all
    records are well-formed, and what is in them is not recognised as anything.
    """

    KEYS = "session keys"
    SHAPE = "shape"
    NONE = "none"


# How many protocols are named.
_MAX_NAMED = 3
# No more values of one name are counted.
MOST_COUNTED = 1000


class Amount(NamedTuple):
    """How many different values there are, and how many bytes the longest and all of them have."""

    number: int
    longest: int
    total: int


@dataclass(frozen=True)
class Ground:
    """What was sent in clear, and how it is known that everything else was encrypted.

    `in_clear` is application data that nothing encrypted: bytes of payload by protocol, without infrastructure such as
    DNS. `proof` is `NONE` if nothing was encrypted. `opaque` is what nobody could read in it, but is no reason for
    INCONCLUSIVE, by name: `opaque value`, `Fernet token`, and the sample data of `media`.
    """

    in_clear: Mapping[str, int] = field(default_factory=dict)
    proof: Proof = Proof.NONE
    opaque: Mapping[str, Amount] = field(default_factory=dict)

    @property
    def sealed(self) -> bool:
        """Whether all application data was encrypted. Otherwise some of it could only be searched."""
        return not self.in_clear and self.proof is not Proof.NONE

    def __str__(self) -> str:
        if self.sealed:
            return "sealed, proved by the session keys" if self.proof is Proof.KEYS else "sealed, by shape"
        if not self.in_clear:
            return "nothing was encrypted"
        inside = ", ".join(values(name, amount) for name, amount in sorted(self.opaque.items()))
        return f"searched: {amounts(self.in_clear)} in clear" + (f", with {inside}" if inside else "")

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        opaque = {name: amount._asdict() for name, amount in self.opaque.items()}
        return {"sealed": self.sealed, "proof": self.proof, "in_clear": dict(self.in_clear), "opaque": opaque}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        opaque = {name: Amount(**amount) for name, amount in data["opaque"].items()}
        return cls(dict(data["in_clear"]), Proof(data["proof"]), opaque)


def values(name: str, amount: Amount) -> str:
    """Values in words, such as `7 opaque values of at most 256 bytes`; of media, the bytes of all together."""
    if name == "media":
        return f"{count(amount.total, 'byte')} of media"
    number = f"{amount.number:,}" + (" or more" if amount.number >= MOST_COUNTED else "")
    if amount.number == 1:
        return f"1 {name} of {count(amount.longest, 'byte')}"
    return f"{number} {name}s of at most {count(amount.longest, 'byte')}"


def amounts(sizes: Mapping[str, int]) -> str:
    """Bytes by protocol, in words: the largest first, and the others as one sum."""
    ordered = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{count(size, 'byte')} of {name}" for name, size in ordered[:_MAX_NAMED]]
    if more := sum(size for _, size in ordered[_MAX_NAMED:]):
        parts.append(f"{count(more, 'byte')} of others")
    return ", ".join(parts)
