"""Windows that tests tell."""

from __future__ import annotations

from typing import Any

from overheard.sidecar.window import Flows, Judged, Reason, State, Window


def judged(**states: State) -> Judged:
    """What the judge says, with the states by the name of the secret."""
    return Judged(
        secrets=states,
        reasons=(Reason("absent", "absent", "it was seen in 1 place", "", tuple(states)),),
        sightings=({"secret": "a", "frame": 7, "stream": 0, "direction": "client to server", "how": "plainly"},),
        seen={"a": 2},
        packets=10,
        bytes=900,
        dropped=1,
        flows=Flows(sealed=3, clear=2),
        open=("TCP 127.0.0.1:1 ↔ 127.0.0.1:2",),
    )


def window(number: int = 1, **states: State) -> Window:
    """A window with these states, and something of everything."""
    return Window(number, 1_700_000_000.0, 1_700_000_060.0, judged(**states), "recording.pcapng", 0.5)


def quiet(number: int = 1) -> Window:
    """A window in which nothing was sent."""
    return Window(number, 0.0, 1.0, Judged({"a": State.QUIET}))


def settings(**changed: str) -> dict[str, Any]:
    """Variables of the sidecar, without HTTP."""
    return {"OVERHEARD_HTTP": "off", "OVERHEARD_INTERFACE": "lo", **changed}
