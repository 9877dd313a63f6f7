"""The details of one scenario: its attempts, the packets, the evidence, and what was still visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from overheard.report.packets import packets
from overheard.report.still_visible import still_visible
from overheard.report.summary import ciphertext, evidence, short_error
from overheard.report.table import stamp
from overheard.report.tries import tries
from overheard.words.result import SHOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from overheard.words.result import Exchange, Result


def details(result: Result, title: str, message: str, data: bytes = b"", interceptor: str = "") -> Group:
    """`data` is the frame that carried the message, if one did; `interceptor` are the interceptor's notes."""
    return Group(*_lines(result, title, message, data, interceptor))


def _lines(result: Result, title: str, message: str, data: bytes, interceptor: str) -> Iterator[RenderableType]:
    yield Text.assemble("\n", (result.scenario, "bold"), f": {title}   ", stamp(result))
    if result.skipped:
        yield Text(f"  {result.skipped}")
        return
    printed: set[str] = set()
    failed = next((exchange for exchange in result.exchanges if exchange.error), None)
    for exchange in result.exchanges:
        yield from _exchange(exchange, message, printed)
        if exchange is failed and short_error(exchange.error) != exchange.error:
            # The first error in full: people search the web for it.
            yield Text(f"    {exchange.error}", style="dim")
    if interceptor:
        yield _heading("what the interceptor wrote down")
        yield from (Text(f"  {line}") for line in interceptor.splitlines())
    yield _heading("on the wire")
    yield Text(f"  {evidence(result.verdict)}")
    yield from packets(result, data)
    if result.verdict.sightings and (written := ciphertext(result.verdict.sightings[0], message)):
        yield from tries(written, result.verdict.broken)
    yield _heading("still visible")
    yield from still_visible(result.verdict.visible)


def _heading(words: str) -> Text:
    return Text(f"  {words}", style="italic")


def _exchange(exchange: Exchange, message: str, printed: set[str]) -> Iterator[Text]:
    """The result of an attempt. A certificate that is in `printed` is not repeated; a warning is."""
    came = f"“{message}”" if exchange.received else short_error(exchange.error)
    yield Text.assemble(f"  {exchange.attempt}: ", (came, "" if exchange.received else "yellow"))
    if exchange.wire:
        yield Text(f"    on the wire: {exchange.wire}", style="dim")
    for note in exchange.notes:
        if note not in printed or not note.startswith(SHOWED):
            yield Text(f"    {note}", style="dim")
    printed.update(exchange.notes)
