"""What a relay is told, as text."""

from __future__ import annotations

import pytest

from overheard.words.errors import SettingsError
from overheard_capture.recorder import Forward, RelayTap


@pytest.mark.parametrize(
    ("text", "forward"),
    [
        ("8443", Forward("127.0.0.1", 0, "localhost", 8443)),
        ("8444:8443", Forward("127.0.0.1", 8444, "localhost", 8443)),
        ("server.test:8443", Forward("127.0.0.1", 0, "server.test", 8443)),
        ("[::1]:8443", Forward("127.0.0.1", 0, "::1", 8443)),
        ("8444:10.0.0.1:8443", Forward("127.0.0.1", 8444, "10.0.0.1", 8443)),
        ("[::1]:8444:[2001:db8::1]:8443", Forward("::1", 8444, "2001:db8::1", 8443)),
    ],
)
def test_a_forward_is_written_as_for_ssh(text: str, forward: Forward) -> None:
    assert Forward.parse(text) == forward


@pytest.mark.parametrize(
    "text", ["", "server", "server:", ":8443", "0", "65536", "²", "a:b:c", "a:1:b:2:3", "1:2:3", "a..b:1"]
)
def test_what_names_no_relay_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match="names no relay") as raised:
        Forward.parse(text)
    assert "8444:localhost:8443" in raised.value.hint


@pytest.mark.parametrize("text", ["8443:8443", "8443:127.0.0.1:8443", "server.test:8443:server.test:8443"])
def test_a_relay_that_leads_to_itself_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match="to itself"):
        Forward.parse(text)


def test_a_tap_says_from_where_to_where() -> None:
    tap = RelayTap((Forward.parse("[::1]:8444:server.test:1"), Forward.parse("2:3")))
    assert tap.interface == "relay [::1]:8444 to server.test:1, relay 127.0.0.1:2 to localhost:3"
