"""tshark: decryption with keys, without any user's preferences."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import UnreadableError
from overheard.words.services import HTTPS, LEGACY
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import Decrypted, TlsFrame, TsharkInput, decrypt, own_configuration, tshark
from stage import ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.services import Service


def test_the_keys_decrypt_both_directions(recordings: Recordings) -> None:
    found = decrypt(recordings.capture("https", HTTPS.port), recordings.tls_keys, [0]).data
    said = b"".join(piece.data for piece in found)
    assert said.startswith(b"GET / HTTP/1.1\r\nHost: server:5443")
    assert b"HTTP/1.1 200 OK" in said
    assert said.endswith(b"fluffy tail")
    assert [piece.frame for piece in found] == sorted(piece.frame for piece in found)


def test_the_keys_of_another_connection_decrypt_nothing(recordings: Recordings) -> None:
    assert decrypt(recordings.capture("https", HTTPS.port), TlsKeys((recordings.other_keys,)), [0]).data == ()


def test_several_key_logs_are_merged(recordings: Recordings, tmp_path: Path) -> None:
    """Each counts to its first and last line, in any order, and also if no file ends with a newline."""
    lines = [line for line in recordings.keys.read_bytes().splitlines() if line.startswith(b"SERVER_")]
    # Those of `https`, recorded before all others over TLS: one of its data, and one of its handshake.
    own = [line for line in lines if line.split()[1] == lines[0].split()[1]]
    needed, other = tmp_path / "needed.keys", tmp_path / "other.keys"
    needed.write_bytes(b"\n".join(sorted(own, reverse=True)))
    other.write_bytes(recordings.other_keys.read_bytes().rstrip(b"\n"))
    for logs in ((other, needed), (needed, other)):
        found = decrypt(recordings.capture("https"), TlsKeys(logs), [0]).data
        assert b"".join(piece.data for piece in found).endswith(b"fluffy tail")


def test_the_servers_key_decrypts_rsa_key_exchange(recordings: Recordings) -> None:
    """And nothing else: not with ephemeral keys, about which the server's key says nothing."""
    stolen = TlsKeys(private=recordings.stolen)
    said = {
        name: b"".join(piece.data for piece in decrypt(recordings.capture(name, LEGACY.port), stolen, [0]).data)
        for name in ("rsa", "ecdhe", "tls13")
    }
    assert said["rsa"].endswith(b"fluffy tail")
    assert (said["ecdhe"], said["tls13"]) == (b"", b"")


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_an_invalid_private_key_is_an_error(recordings: Recordings, tmp_path: Path, content: bytes) -> None:
    """By itself tshark continues without it, with exit code 0, as if nothing could be decrypted."""
    path = tmp_path / "odd.pem"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"Error loading RSA key file .*odd\.pem"):
        decrypt(recordings.capture("rsa", LEGACY.port), TlsKeys(private=path), [0])


def test_streams_without_tls_have_nothing_to_decrypt(recordings: Recordings) -> None:
    assert decrypt(recordings.capture("http"), recordings.tls_keys, [0]) == Decrypted()
    assert decrypt(recordings.capture("https"), recordings.tls_keys, []) == Decrypted()
    assert decrypt(recordings.capture("https"), recordings.tls_keys, [99]).data == ()


def test_without_keys_tshark_is_not_run(tmp_path: Path) -> None:
    assert decrypt(TsharkInput(tmp_path / "not there"), TlsKeys(), [0]) == Decrypted()


def test_several_streams_are_decrypted_concurrently(recordings: Recordings, tmp_path: Path) -> None:
    """Each with output of its own, in any order."""
    merged = tmp_path / "merged.pcapng"
    subprocess.run(["mergecap", "-w", merged, recordings.path("https"), recordings.path("unmarked")], check=True)
    capture = TsharkInput(merged)
    both = decrypt(capture, recordings.tls_keys, [0, 1]).data
    one_by_one = [piece for stream in (0, 1) for piece in decrypt(capture, recordings.tls_keys, [stream]).data]
    assert sorted(both, key=lambda piece: piece.frame) == sorted(one_by_one, key=lambda piece: piece.frame)
    assert sum(b"fluffy tail" in piece.data for piece in both) == 2


def frames(capture: TsharkInput, display_filter: str, keys: TlsKeys = TlsKeys()) -> int:  # noqa: B008  (it is frozen)
    """The number of frames that pass a display filter."""
    return tshark(capture, "-Y", display_filter, "-T", "fields", "-e", "frame.number", keys=keys).count("\n")


def test_the_http_port_is_not_dissected_as_coap(recordings: Recordings) -> None:
    assert frames(recordings.capture("http"), "http") == 2


@pytest.mark.parametrize("service", ELSEWHERE, ids=lambda service: str(service.port))
def test_tls_is_dissected_on_the_port_of_another_protocol(recordings: Recordings, service: Service) -> None:
    """By itself, tshark takes it for another protocol, and sees neither a handshake nor data."""
    name = f"elsewhere-{service.port}"
    assert frames(recordings.capture(name), "tls") == 0
    assert decrypt(recordings.capture(name), recordings.tls_keys, [0]) == Decrypted()
    said = decrypt(recordings.capture(name, service.port), recordings.tls_keys, [0]).data
    assert said[-1].data.endswith(b"fluffy tail")


def test_only_keys_distinguish_data_from_the_handshake(recordings: Recordings) -> None:
    """Without them, all encrypted records look the same."""
    for name, with_data in (("https", frozenset({0})), ("untrusted", frozenset[int]())):
        opened = decrypt(recordings.capture(name, HTTPS.port), recordings.tls_keys, [0])
        assert (opened.streams, opened.with_data) == (frozenset({0}), with_data)
    others = TlsKeys((recordings.other_keys,))
    assert decrypt(recordings.capture("untrusted", HTTPS.port), others, [0]).with_data == {0}


@pytest.mark.parametrize("service", ELSEWHERE, ids=lambda service: str(service.port))
def test_unrecognised_tls_is_in_no_stream(recordings: Recordings, service: Service) -> None:
    name = f"elsewhere-{service.port}"
    assert decrypt(recordings.capture(name), recordings.tls_keys, [0]).streams == set()
    opened = decrypt(recordings.capture(name, service.port), recordings.tls_keys, [0])
    assert opened.streams == opened.with_data == {0}


@pytest.mark.parametrize(
    ("types", "lengths", "with_data"),
    [("22,20", "122,1", False), ("22,23", "9,80", True), ("20", "1,36", True), ("", "19", True), ("21", "2", False)],
)
def test_a_record_without_a_real_type_may_be_data(types: str, lengths: str, with_data: bool) -> None:
    frame = TlsFrame(7, (3,), types, lengths)
    assert frame.with_data is with_data
    # In a tunnel the innermost stream has it; in EAP, none.
    for streams, recognised in (((3,), {3}), ((0, 3), {3}), ((), set[int]())):
        opened = Decrypted(frames=(replace(frame, streams=streams),))
        assert opened.streams == recognised
        assert opened.with_data == (recognised if with_data else set())


def test_user_preferences_are_ignored(recordings: Recordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the user has disabled HTTP, which tshark would respect."""
    (tmp_path / "disabled_protos").write_text("http\n")
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    path = recordings.path("http")
    command = ["tshark", "-r", str(path), "-d", "tcp.port==5683,http", "-T", "fields", "-e", "frame.protocols"]
    assert ":http" not in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert frames(recordings.capture("http"), "http") == 2


def test_its_temporary_configuration_is_removed() -> None:
    with own_configuration() as environment:
        folder = environment["WIRESHARK_CONFIG_DIR"]
        assert os.listdir(folder) == []  # noqa: PTH208  (a list is what is compared)
        assert environment["PATH"] == os.environ["PATH"]
    assert not os.path.exists(folder)  # noqa: PTH110  (it is a name from the environment)


def test_tshark_allocates_huge_pages_unless_the_user_chose_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    with own_configuration() as environment:
        assert "hugetlb=1" in environment["GLIBC_TUNABLES"]
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=1")
    with own_configuration() as environment:
        assert environment["GLIBC_TUNABLES"] == "glibc.malloc.check=1"


def test_a_missing_tshark_is_an_error_with_a_hint(
    recordings: Recordings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError) as caught:
        tshark(recordings.capture("http"))
    assert caught.value.args == ("tshark was not found",)
    assert "apt-get install tshark" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "display_filter"), [(b"no capture", "tcp"), (None, "tcp"), (b"no capture", "no filter at all")]
)
def test_an_error_of_tshark_is_passed_on(tmp_path: Path, content: bytes | None, display_filter: str) -> None:
    path = tmp_path / "odd.pcapng"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"tshark could not read odd\.pcapng: ") as caught:
        tshark(TsharkInput(path), "-Y", display_filter)
    assert "no reason was given" not in str(caught.value)
    assert "Running as" not in str(caught.value)
