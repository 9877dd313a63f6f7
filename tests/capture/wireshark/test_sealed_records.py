"""Which key opens which record, and where its content is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.fields.sealed import KeyOfRecord
from overheard.words.services import HTTPS, LEGACY
from overheard_capture.captures.reader import read
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.packet_fields import DataSource, Field, Packet, dissect_all
from overheard_capture.wireshark.sealed_records import SealedRecord, sealed_records

if TYPE_CHECKING:
    from capture.recordings import Recordings


def records(recordings: Recordings, name: str, keys: TlsKeys) -> list[tuple[Packet, SealedRecord]]:
    capture = recordings.capture(name, HTTPS.port, LEGACY.port)
    packets = dissect_all(capture, range(1, len(read(capture.path).frames) + 1), keys)
    return [(packet, record) for packet in packets for record in sealed_records(packet)]


def test_with_keys_the_state_of_tls_1_3_is_known(recordings: Recordings) -> None:
    found = records(recordings, "https", recordings.tls_keys)
    opened = dict.fromkeys(KeyOfRecord, b"")
    for packet, record in found:
        (key,) = record.keys
        opened[key] += packet.sources[record.opens].data
    assert opened[KeyOfRecord.CLIENT_DATA].startswith(b"GET / HTTP/1.1")
    assert b"fluffy tail" in opened[KeyOfRecord.SERVER_DATA]
    # EncryptedExtensions is the first of the server, and Finished the only one of the client.
    assert opened[KeyOfRecord.SERVER_HANDSHAKE][0] == 8
    assert opened[KeyOfRecord.CLIENT_HANDSHAKE][0] == 20
    assert opened[KeyOfRecord.MASTER] == b""


def test_without_keys_it_is_one_of_two_for_each_direction(recordings: Recordings) -> None:
    found = records(recordings, "https", TlsKeys())
    client, server = KeyOfRecord.CLIENT_HANDSHAKE, KeyOfRecord.SERVER_HANDSHAKE
    assert {record.keys[0] for packet, record in found if packet.from_client} == {client}
    assert {record.keys[0] for packet, record in found if not packet.from_client} == {server}
    assert {(len(record.keys), record.opens) for _, record in found} == {(2, -1)}


@pytest.mark.parametrize("with_keys", [True, False])
def test_tls_1_2_has_one_secret_for_all(recordings: Recordings, with_keys: bool) -> None:
    found = records(recordings, "rsa", recordings.tls_keys if with_keys else TlsKeys())
    assert {record.keys for _, record in found} == {(KeyOfRecord.MASTER,)}
    said = b"".join(packet.sources[record.opens].data for packet, record in found if record.opens > 0)
    assert (b"GET / HTTP/1.1" in said) == (b"fluffy tail" in said) == with_keys


def test_a_connection_whose_beginning_was_not_seen_may_have_any_of_four_keys() -> None:
    data = Field(0, 5, 20, "tls", "tls.app_data", "Encrypted Application Data")
    record = Field(0, 0, 25, "tls", "tls.record", "TLSv1.3 Record Layer", "Application Data", children=(data,))
    packet = Packet(1, 0.0, (DataSource("Frame", bytes(25)),), (record,))
    (found,) = sealed_records(packet)
    assert len(found.keys) == 4
    assert (found.start, found.length, found.opens) == (0, 25, -1)


def test_an_alert_that_was_opened_may_be_before_or_after_the_handshake() -> None:
    kind = Field(0, 0, 1, "tls", "tls.record.content_type", "Content Type", "Alert (21)")
    alert = Field(1, 0, 2, "tls", "tls.alert_message", "Alert Message")
    record = Field(0, 0, 24, "tls", "tls.record", "TLSv1.3 Record Layer", "Alert", children=(kind, alert))
    sources = DataSource("Frame", bytes(24)), DataSource("Decrypted TLS", b"\2\x30")
    (found,) = sealed_records(Packet(1, 0.0, sources, (record,), from_client=True))
    assert found.keys == (KeyOfRecord.CLIENT_HANDSHAKE, KeyOfRecord.CLIENT_DATA)
    assert found.opens == 1
