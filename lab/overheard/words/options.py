"""How captures are judged: everything that a caller may choose, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# What nobody but the caller can vouch for: that the capture is whole, and that the secrets were sent.
WHOLE: Final = "whole"
SENT: Final = "sent"
VOUCHED = (WHOLE, SENT)


class Limits(NamedTuple):
    """How far unwrapping goes.

    `depth` is how many layers are taken off, one inside the other. `ratio` is how many times its size something may
    unwrap to, once that is more than `spared` bytes. `size` is how many bytes may be kept of what must be there as a
    whole before it can be read.
    """

    depth: int = 8
    ratio: int = 200
    spared: int = 1 << 20
    size: int = 16 << 20


LIMITS = Limits()


@dataclass(frozen=True)
class Options:
    """How captures are judged.

    `any_case` takes letters of either case for the same. `only` and `without` name the hosts and ports to judge, or to
    leave out, such as `10.0.0.7`, `10.0.0.0/8`, `:443` or `[fe80::1]:443`. `limits` is how far unwrapping goes.
    `vouched` is what the caller vouches for, as no file can: that the capture is `whole` (it begins before the traffic,
    ends after it, and nothing was dropped), that the secrets were `sent`.
    """

    any_case: bool = False
    only: Sequence[str] = ()
    without: Sequence[str] = ()
    limits: Limits = LIMITS
    vouched: Collection[str] = ()


USUAL = Options()
