"""The colours of Diffie-Hellman: the picture with paint, computed with the numbers of the chapter."""

from __future__ import annotations

from dataclasses import dataclass

from overheard.words.colours import CLIENT, COMMON, PRIME, SERVER, mixed, unmixed


@dataclass(frozen=True)
class Paint:
    """A colour: its number, and how the picture shows it."""

    number: int

    @property
    def colour(self) -> str:
        """A colour of CSS. Numbers that are far apart have hues that are far apart."""
        return f"hsl({self.number * 360 // PRIME} 65% 55%)"


@dataclass(frozen=True)
class Picture:
    """Every paint of the key agreement; `tries` is how many the spy has to try to take the client's mixture apart."""

    prime: int
    common: Paint
    client: Paint
    server: Paint
    from_client: Paint
    from_server: Paint
    client_has: Paint
    server_has: Paint
    tries: int


def picture() -> Picture:
    """The picture of the chapter."""
    from_client, from_server = mixed(COMMON, CLIENT), mixed(COMMON, SERVER)
    return Picture(
        PRIME,
        Paint(COMMON),
        Paint(CLIENT),
        Paint(SERVER),
        Paint(from_client),
        Paint(from_server),
        Paint(mixed(from_server, CLIENT)),
        Paint(mixed(from_client, SERVER)),
        unmixed(COMMON, from_client),
    )
