"""The picture with paint."""

from __future__ import annotations

from overheard.words.colours import unmixed
from overheard_capture.page.paint import picture


def test_both_sides_have_the_same_colour_that_nobody_else_has_and_the_spy_can_count_to_it() -> None:
    drawn = picture()
    assert drawn.client_has == drawn.server_has
    assert drawn.client_has not in {drawn.common, drawn.from_client, drawn.from_server}
    assert drawn.tries == unmixed(drawn.common.number, drawn.from_client.number) == drawn.client.number


def test_different_numbers_have_different_colours() -> None:
    drawn = picture()
    paints = (drawn.common, drawn.client, drawn.server, drawn.from_client, drawn.from_server, drawn.client_has)
    assert len({paint.colour for paint in paints}) == len({paint.number for paint in paints})
