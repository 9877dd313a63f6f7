"""Key logs in any encoding are read; a file that is none is called what it is, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from overheard_capture.wireshark.key_logs import fault_of, read_key_log

LINES = (
    f"CLIENT_RANDOM {'0a' * 32} {'0b' * 48}",
    f"SERVER_HANDSHAKE_TRAFFIC_SECRET {'1c' * 32} {'2d' * 32}",
    f"EXPORTER_SECRET {'1C' * 32} {'2D' * 48}",
)
LOG = "# written by a program\n" + "\n".join(LINES) + "\n"
WINDOWS = LOG.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "content",
    [
        LOG.encode(),
        WINDOWS.encode(),
        b"\xef\xbb\xbf" + LOG.encode(),
        LOG.encode("utf-16"),
        b"\xff\xfe" + WINDOWS.encode("utf-16-le"),
        b"\xfe\xff" + LOG.encode("utf-16-be"),
        LOG.encode("utf-32"),
        LOG.encode("utf-16-le"),
        LOG.rstrip("\n").encode(),
    ],
)
def test_every_encoding_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "session.keys"
    path.write_bytes(content)
    assert read_key_log(path).decode().split("\n")[1:4] == list(LINES)
    assert fault_of(path) == ""


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"-----BEGIN RSA PRIVATE KEY-----\nMC4C\n", "is a private key (PEM), and no key log"),
        (b"Bag Attributes\n  name: x\n-----BEGIN PRIVATE KEY-----\nMC4C\n", "is a private key (PEM), and no key log"),
        (b"-----BEGIN CERTIFICATE-----\nMC4C\n", "is a certificate (PEM), and no key log"),
        (b"\x30\x82\x04\xbe\x02\x01\x00\x30" + bytes(90), "is a private key (DER), and no key log"),
        (b"\xd4\xc3\xb2\xa1" + bytes(30), "is a capture, and no key log"),
        (b"<!DOCTYPE html><p>Sign in", "is an HTML page, and no key log"),
        ("".join(LINES).encode(), "has no line in the format of a key log"),
        (b"hello", "has no line in the format of a key log"),
        (b"# comments\n# alone\n", "has comments alone, and no keys"),
    ],
)
def test_what_is_no_key_log_is_said(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "session.keys"
    path.write_bytes(content)
    assert fault_of(path).startswith(f"session.keys {fault}")


@pytest.mark.parametrize(
    "content", [b"", b"RSA 0a0b0c0d0e0f1011 " + b"0b" * 48, b"garbage\n" + LOG.encode(), b"\n \n" + LOG.encode()]
)
def test_key_logs_with_other_lines_are_fine(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "session.keys"
    path.write_bytes(content)
    assert fault_of(path) == ""
    assert fault_of(tmp_path / "missing") == ""
