"""tshark, asked by us: what the keys open, and that nobody's preferences have a say."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import UnreadableError
from overheard_capture.tshark import frames_with, opened, own_configuration, tshark

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Recordings


def test_the_keys_open_what_both_sides_said(recordings: Recordings) -> None:
    found = opened(recordings.path("https"), recordings.keys, [0])
    said = b"".join(piece.data for piece in found)
    assert said.startswith(b"GET / HTTP/1.1\r\nHost: server:5443")
    assert b"HTTP/1.1 200 OK" in said
    assert said.endswith(b"fluffy tail")
    assert [piece.frame for piece in found] == sorted(piece.frame for piece in found)


def test_the_keys_of_another_connection_open_nothing(recordings: Recordings) -> None:
    assert opened(recordings.path("https"), recordings.folder / "other.keys", [0]) == []


def test_streams_that_are_none_of_tls_have_nothing_to_open(recordings: Recordings) -> None:
    assert opened(recordings.path("http"), recordings.keys, [0]) == []
    assert opened(recordings.path("https"), recordings.keys, []) == []
    assert opened(recordings.path("https"), recordings.keys, [99]) == []


def test_several_streams_are_opened_at_once(recordings: Recordings, tmp_path: Path) -> None:
    """Each with an answer of its own, in whatever order."""
    merged = tmp_path / "merged.pcapng"
    subprocess.run(["mergecap", "-w", merged, recordings.path("https"), recordings.path("unmarked")], check=True)
    both = opened(merged, recordings.keys, [0, 1])
    one_by_one = [piece for stream in (0, 1) for piece in opened(merged, recordings.keys, [stream])]
    assert sorted(both, key=lambda piece: piece.frame) == sorted(one_by_one, key=lambda piece: piece.frame)
    assert sum(b"fluffy tail" in piece.data for piece in both) == 2


def test_frames_with(recordings: Recordings) -> None:
    path = recordings.path("http")
    (frame,) = frames_with(path, 'frame contains "fluffy tail"')
    assert frames_with(path, f"frame.number == {frame}") == [frame]
    assert frames_with(path, 'frame contains "bushy tail"') == []
    # Port 5683 is not taken for CoAP's.
    assert len(frames_with(path, "http")) == 2


def test_frames_with_keys(recordings: Recordings) -> None:
    assert frames_with(recordings.path("https"), "http") == []
    assert len(frames_with(recordings.path("https"), "http", keys=recordings.keys)) == 2


def test_the_users_preferences_have_no_say(
    recordings: Recordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the user has switched HTTP off, and without us tshark does as told."""
    (tmp_path / "disabled_protos").write_text("http\n")
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    path = recordings.path("http")
    command = ["tshark", "-r", str(path), "-d", "tcp.port==5683,http", "-T", "fields", "-e", "frame.protocols"]
    assert ":http" not in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(frames_with(path, "http")) == 2


def test_its_own_configuration_is_gone_afterwards() -> None:
    with own_configuration() as environment:
        folder = environment["WIRESHARK_CONFIG_DIR"]
        assert os.listdir(folder) == []  # noqa: PTH208  (a list is what is compared)
        assert environment["PATH"] == os.environ["PATH"]
    assert not os.path.exists(folder)  # noqa: PTH110  (it is a name from the environment)


def test_a_machine_without_tshark_is_an_error_with_what_to_do(
    recordings: Recordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError) as caught:
        frames_with(recordings.path("http"), "tcp")
    assert caught.value.args == ("tshark was not found",)
    assert "apt-get install tshark" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "display_filter"), [(b"no capture", "tcp"), (None, "tcp"), (b"no capture", "no filter at all")]
)
def test_what_tshark_refuses_is_an_error_with_its_words(
    tmp_path: Path, content: bytes | None, display_filter: str
) -> None:
    path = tmp_path / "odd.pcapng"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"tshark could not read odd\.pcapng: ") as caught:
        tshark(path, "-Y", display_filter)
    assert "it said nothing" not in str(caught.value)
    assert "Running as" not in str(caught.value)
