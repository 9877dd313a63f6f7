"""What is said of each field: a sentence or two for learners, and where it is defined."""

from __future__ import annotations

from overheard.words import fields
from overheard.words.fields import EXPLANATIONS, explained, key_of
from overheard.words.fields.sealed import KEYS, KeyOfRecord, which_key_opens
from rows import for_each


@for_each(name=[*EXPLANATIONS, *KEYS])
def test_an_explanation_is_whole_sentences(name: str) -> None:
    about = KEYS[KeyOfRecord(name)] if name in KEYS else EXPLANATIONS[name]
    assert about.says.endswith(".")
    assert about.says[0].isupper() or about.says[0].isdecimal()
    assert "  " not in about.says
    assert len(about.says) < 300
    assert about.reading.where
    assert about.reading.url.startswith("https://")


def test_no_field_is_explained_twice() -> None:
    modules = (
        fields.link,
        fields.network,
        fields.tcp,
        fields.http,
        fields.revocation,
        fields.tls_record,
        fields.tls_hello,
        fields.tls_handshake,
    )
    assert sum(len(module.FIELDS) for module in modules) == len(EXPLANATIONS)


def test_a_field_without_an_explanation_has_that_of_the_field_around_it() -> None:
    assert explained(["tcp", "tcp.options", "tcp.options.mss", "no.such"]) is EXPLANATIONS["tcp.options.mss"]
    assert explained(["tcp", "tcp.options"]) is EXPLANATIONS["tcp.options"]
    assert explained(["no.such"]) is None


def test_a_heading_is_named_by_its_words() -> None:
    assert key_of("tls", "", "Extension", "server_name (len=11)") == "Extension: server_name"
    assert key_of("tls", "", "Extension", "unknown (len=11)") == "Extension"
    assert key_of("tls", "tls.record", "TLSv1.3 Record Layer") == "tls.record"
    assert key_of("", "", "Certificate Revocation List") == "Certificate Revocation List"
    # Elsewhere it is text of the packet.
    assert key_of("http", "", "Extension", "server_name") == ""


def test_each_key_of_a_record_is_explained() -> None:
    assert KEYS.keys() == set(KeyOfRecord)
    assert "`SERVER_TRAFFIC_SECRET_0`" in which_key_opens([KeyOfRecord.SERVER_DATA])
    both = which_key_opens([KeyOfRecord.CLIENT_HANDSHAKE, KeyOfRecord.CLIENT_DATA])
    assert "`CLIENT_HANDSHAKE_TRAFFIC_SECRET`" in both
    assert both.endswith("which of these keys is the right one.")
