"""Fixtures with handshakes of OpenSSL, for tests of the record layer."""

from __future__ import annotations

import ssl

import pytest

from capture.protocols.tls.conversations import HandshakePeers, Transcript
from capture.talk import handshake_transcript
from lab.pki import Files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def stage(files: Files) -> HandshakePeers:
    return HandshakePeers(files)


@pytest.fixture(scope="module")
def both_versions(files: Files) -> dict[str, Transcript]:
    transcript = {}
    for name, version in (("TLS 1.2", ssl.TLSVersion.TLSv1_2), ("TLS 1.3", ssl.TLSVersion.TLSv1_3)):
        made = HandshakePeers(files)
        made.asking.maximum_version = version
        transcript[name] = handshake_transcript(made.accepting, made.asking)
    return transcript
