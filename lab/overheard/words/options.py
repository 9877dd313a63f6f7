"""How captures are judged: everything that a caller may choose, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# What only the caller can vouch for: that the capture is whole, and that the secrets were sent.
WHOLE: Final = "whole"
SENT: Final = "sent"
VOUCHED = (WHOLE, SENT)

# What a caller may require of PROTECTED: that all application data was encrypted; or that there was no sample data of
# images, fonts, audio or video in clear, which nobody reads.
SEALED: Final = "sealed"
NO_MEDIA: Final = "no-media"
REQUIRED = (SEALED, NO_MEDIA)


class Limits(NamedTuple):
    """How far unwrapping goes.

    `depth` is the maximum number of nested layers. `ratio` is the maximum ratio of unwrapped to original size; the
    first `spared` bytes are exempt. `size` is the maximum number of bytes that are buffered for content that must be
    complete before it can be read.
    """

    depth: int = 8
    ratio: int = 200
    spared: int = 1 << 20
    size: int = 16 << 20


LIMITS = Limits()


@dataclass(frozen=True)
class Options:
    """How captures are judged.

    `any_case` ignores the case of letters. `only` and `without` name the hosts and ports to judge, or to leave out,
    such as `10.0.0.7`, `10.0.0.0/8`, `:443`, `[fe80::1]:443`, or a MAC address for frames without IP. `limits` is how
    far unwrapping goes. `vouched` is what the caller vouches for, because no file proves it: that the capture is
    `whole` (it begins before the traffic, ends after it, and nothing was dropped), and that the secrets were `sent`.
    `required` is what PROTECTED takes besides: that it is `sealed`, so that all application data was encrypted, or that
    `no-media` was sent in clear. `sealed_endpoints`, such as `localhost:8443`, `10.0.0.7:443` or `:443`, restrict the
    former to their flows, and each of them must have carried some.
    """

    any_case: bool = False
    only: Sequence[str] = ()
    without: Sequence[str] = ()
    limits: Limits = LIMITS
    vouched: Collection[str] = ()
    required: Collection[str] = ()
    sealed_endpoints: Sequence[str] = ()


USUAL = Options()
