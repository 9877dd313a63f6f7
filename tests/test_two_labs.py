"""Two labs running at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processes import start_demo

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.engines.base import Engine


def test_two_concurrent_labs_do_not_disturb_each_other(engine: Engine, tmp_path: Path) -> None:
    """Each reaches the expected verdicts on its own message."""
    messages = ("bushy tail 1", "bushy tail 2")
    # These use every role and every port of the server, and the gallery.
    scenarios = "http,https,mutual-tls,no-forward-secrecy,diffie-hellman-intercepted,gallery"
    demos = [
        start_demo(engine.name, tmp_path / str(number), OVERHEARD_MESSAGE=message, OVERHEARD_CLIENT_SCENARIOS=scenarios)
        for number, message in enumerate(messages)
    ]
    said = [demo.communicate() for demo in demos]
    # All of it, which an assertion would cut.
    print(*(text for texts in said for text in texts), sep="\n")
    assert [demo.returncode for demo in demos] == [0, 0]
    for number, message in enumerate(messages):
        (recording,) = (tmp_path / str(number)).glob("*/http.pcapng")
        assert message.encode() in recording.read_bytes()
        assert messages[1 - number].encode() not in recording.read_bytes()
