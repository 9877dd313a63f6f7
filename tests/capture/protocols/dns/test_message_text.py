"""Texts in which nothing is are remembered over all flows; all that is found is found in each flow."""

from __future__ import annotations

import base64
import hashlib

import dns.message
import pytest

from capture.played import VALUE, origin_of, some_findings
from overheard.words.layer import Layers
from overheard_capture.content.opaque_values import VALUE as OPAQUE_VALUE
from overheard_capture.decoders import read_before
from overheard_capture.protocols.dns import message_text
from overheard_capture.protocols.dns.reader import read_dns

# In base32, labels cannot hold all that others can; and a digest in one is an opaque value.
TUNNELLED = base64.b32encode(b"the message is " + VALUE).decode().rstrip("=").lower()
DIGEST = base64.b32encode(hashlib.sha256(b"acorn").digest()).decode().rstrip("=").lower()


def read_in_each(names: list[str], flows: int = 2) -> list[tuple[int, int]]:
    """For each of some flows, the numbers of sightings and of opaque values after all names were read in it."""
    memory: set[tuple[Layers, bytes]] = set()
    found = []
    for _ in range(flows):
        findings = some_findings()
        findings.empty_texts = memory
        for name in names:
            message = dns.message.make_query(name, "A").to_wire()
            assert read_dns(findings, (), message, origin_of(len(message)))
        found.append((len(findings.sightings), len(findings.values.get(OPAQUE_VALUE, ()))))
    return found


def test_what_is_found_is_found_in_each_flow() -> None:
    first, second = read_in_each([f"{TUNNELLED}.example.com", f"{DIGEST}.example.com", "www.example.com"])
    assert first == second
    assert first[0] > 0
    assert first[1] > 0


def test_a_text_in_which_nothing_is_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def nothing_encoded(text: bytes) -> bool:
        read.append(text)
        return True

    monkeypatch.setattr(message_text, "has_nothing_encoded", nothing_encoded)
    assert read_in_each(["www.example.com"], flows=3) == [(0, 0)] * 3
    assert len(read) == 1


def test_not_too_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_before, "_MOST_EMPTY", 2)
    findings = some_findings()
    for number in range(5):
        message = dns.message.make_query(f"www{number}.example.com", "A").to_wire()
        read_dns(findings, (), message, origin_of(len(message)))
        assert len(findings.empty_texts) <= 2
