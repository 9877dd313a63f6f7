"""Lines that a container runtime split."""

from __future__ import annotations

import base64
import random

import pytest

from capture.played import played, seen, sightings
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.untyped import untyped


def log(*lines: str, prefix: str = "") -> str:
    """Lines as a runtime writes them, each a moment later."""
    return "".join(f"{prefix}2026-11-30T10:00:00.{at:09}Z {line}\n" for at, line in enumerate(lines, 123456))


LONG = "The squirrels are out, and so are the acorns. " * 356
ENCODED = base64.b64encode(f"It is Fluffy tail 4711, {random.Random(1).random()}".encode()).decode()  # noqa: S311
LOGS = {
    "two pieces": log("stdout P The word is Fluffy t", "stdout F ail 4711", "stdout F acorn"),
    "several": log("stderr P Flu", "stderr P ffy tail", "stderr F  4711"),
    "mixed": log("stdout P Fluffy t", "stderr F acorn", "stderr P nuts", "stdout F ail 4711", "stderr F and more"),
    "long": log(f"stdout P {LONG}Fluffy t", f"stdout F ail 4711{LONG}"),
    "in another time zone": log("stdout P Fluffy t", "stdout F ail 4711").replace("Z", "+05:30"),
    "base64": log(f"stdout P {ENCODED[:20]}", f"stdout F {ENCODED[20:]}"),
    "without an end": log("stdout P Fluffy t", "stdout P ail 4711"),
    "of several containers": log("stdout P Fluffy t", prefix="[pod/a] ") + log("stdout P b", prefix="[pod/c] ")
    + log("stdout F ail 4711", prefix="[pod/a] "),
}  # fmt: skip


@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS)
def test_a_line_is_read_together(text: str) -> None:
    # Only a log that begins with the time may have one that is not in UTC.
    for whole in (text, ("2026" if "+" in text else "") + "It began.\n" * 900 + text):
        data = whole.encode()
        every = sightings(played(untyped, data))
        # An equals sign at the end of a line is a soft line break, too.
        assert {(LAYER,)} <= {layers[:1] for layers in seen(played(untyped, data))} <= {(LAYER,), ("quoted-printable",)}
        for cuts in ([len(data) // 2], [1, 200, 4500, 9100], range(0, len(data), 700)):
            assert sightings(played(untyped, data, cuts)) == every
    inner = {layers[layers[:1] == ("quoted-printable",) :] for layers in seen(played(untyped, text.encode()))}
    assert inner <= {(LAYER,), (LAYER, BASE64)}


@pytest.mark.parametrize(
    "text",
    [
        log("stdout F Fluffy t", "stdout F ail 4711"),
        log("stdout P Fluffy t", "stderr F ail 4711"),
        log("stdout P Fluffy t", "stdout F his", "stdout F ail 4711"),
        log("stdout P Fluffy t", *(f"stderr F {number}" for number in range(1100)), "stdout F ail 4711"),
        "on stdout P Fluffy t\nail 4711\n",
    ],
)
def test_lines_that_were_not_split_are_not_joined(text: str) -> None:
    assert not seen(played(untyped, text.encode()))
