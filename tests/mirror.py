"""The location of each module's tests, and the modules that are tested elsewhere.

`tests/capture/judge/test_whole.py` tests `overheard_capture/judge/whole.py`; `test_whole_*.py` beside it tests one
aspect of it. `test_judge.py` and `test_judge_*.py` in that folder test the package `overheard_capture.judge`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parent.parent
# The package of each folder of tests.
PACKAGES = {
    "ca": PROJECT / "ca" / "overheard_ca",
    "capture": PROJECT / "capture" / "overheard_capture",
    "lab": PROJECT / "lab" / "overheard",
    "services": PROJECT / "services" / "overheard_services",
}


class Elsewhere(NamedTuple):
    """Modules without a test file of their own: the folder, the modules (or `*`), and where they are tested."""

    folder: str
    modules: str
    why: str

    def has(self, module: str) -> bool:
        """Whether this entry includes a module."""
        folder, _, name = module.rpartition("/")
        return folder == self.folder and (self.modules == "*" or name in self.modules.split())


# `*` is for folders whose modules are parts of one thing, and are tested together.
ELSEWHERE = (
    Elsewhere("ca", "errors", "exceptions alone"),
    Elsewhere("ca", "body public_keys", "test_app.py and test_request.py"),
    Elsewhere("ca", "serving", "test_main.py starts it"),
    Elsewhere("ca/operator", "*", "what lab/command/ca/test_actions.py and test_issued.py have the command do"),
    Elsewhere("ca", "challenge_server", "answers in all tests of ca/acme"),
    Elsewhere("ca/acme", "*", "parts of what acme/test_views.py and its attacks reach over HTTP"),
    Elsewhere("ca/acme/validation", "*", "what acme/validation/test_validator.py validates by"),
    Elsewhere("ca/status", "signer urls", "parts of what status/test_ocsp.py and status/test_app.py ask"),
    Elsewhere("ca/status", "root_crl", "test_authority.py starts the CA that makes it"),
    Elsewhere("ca", "database", "test_ledger.py and transparency/test_log.py"),
    Elsewhere("ca/transparency", "structures store precertificate", "parts of what transparency/test_log.py logs"),
    Elsewhere("ca", "profile", "data alone; test_certificates.py issues by it"),
    Elsewhere("capture/captures", "capture_format drops frame", "parts of what captures/test_reader.py reads"),
    Elsewhere("capture/content", "*", "used by every decoder: content/test_nesting.py, decoders/test_untyped.py"),
    Elsewhere("capture/credentials", "*", "kinds, all of which credentials/test_search.py finds"),
    Elsewhere("capture/recorder", "notes", "recorder/test_active.py and others that record"),
    Elsewhere("capture/recorder", "relay_sockets", "what recorder/test_relay.py has the relay do"),
    Elsewhere("capture/decoders/archives", "*", "read by decoders/compression/test_reader.py"),
    Elsewhere("capture/decoders/armour", "*", "parts of what decoders/armour/test_finder.py finds"),
    Elsewhere("capture/decoders/base64", "*", "parts of what decoders/base64/test_finder.py finds"),
    Elsewhere("capture/decoders/compression", "*", "parts of decoders/compression/test_reader.py's reader"),
    Elsewhere("capture/decoders/mail", "mime", "each part of decoders/mail/test_multipart.py is one"),
    Elsewhere("capture/decoders", "pdf pgp", "decoders/test_whole_documents.py"),
    Elsewhere("capture/decoders/documents", "*", "formats that decoders/documents/test_reader.py reads"),
    Elsewhere("capture/decoders/media", "*", "all formats are in decoders/media/test_formats.py"),
    Elsewhere("capture/decoders", "continued_strings", "both ways, in any cut, by decoders/test_json_strings.py"),
    Elsewhere("capture/decoders", "line_editing", "protocols/test_telnet.py"),
    Elsewhere("capture/decoders", "protobuf", "decoders/test_grpc.py"),
    Elsewhere("capture/decoders", "after_header carving fallback", "tested in turn by decoders/test_untyped.py"),
    Elsewhere("capture/decoders", "formats magic signatures utf16_32", "tested in turn by decoders/test_untyped.py"),
    Elsewhere("capture/decoders", "unsigned_formats unsigned_heads", "decoders/test_unsigned.py"),
    Elsewhere(
        "capture/identify",
        "datagram_readers prefaces probe protocols stores stream_readers",
        "identify/test_byte_streams.py and test_datagrams.py",
    ),
    Elsewhere("capture/judge", "evidence judge_input read sightings", "judge/test_judge.py"),
    Elsewhere("capture/captures", "lookup", "lab/command/test_scan_output.py shows the frames that it looks up"),
    Elsewhere("capture/judge", "files", "judge/test_api.py"),
    Elsewhere("capture/judge", "decrypted fernet frame_index", "judge/test_spied.py and test_present.py"),
    Elsewhere("capture/protocols", "cassandra clickhouse postgresql", "protocols/test_beside.py"),
    Elsewhere("capture/native", "*", "compiled or not, the results are the same: native/test_native.py"),
    Elsewhere("capture/packets", "addresses assigned ip link_types transport types", "packets/test_packets.py"),
    Elsewhere("capture/packets", "usual_words", "packets/test_usual_text.py"),
    Elsewhere("capture/packets", "control", "scan/test_frame_contents.py"),
    Elsewhere("capture/packets", "bounded", "packets/test_defragment.py and test_sctp.py"),
    Elsewhere(
        "capture/protocols", "framed framer", "protocols/http2/test_reader.py, protocols/websocket/test_reader.py"
    ),
    Elsewhere("capture/protocols", "dhcp gelf netbios tftp", "identify/test_datagrams.py"),
    Elsewhere("capture/protocols/dns", "*", "parts of protocols/dns/test_reader.py's reader"),
    Elsewhere("capture/protocols/http1", "*", "parts of protocols/http1/test_reader.py's reader"),
    Elsewhere("capture/protocols/http2", "*", "parts of protocols/http2/test_reader.py's reader"),
    Elsewhere("capture/protocols/quic", "*", "parts of protocols/quic/test_reader.py's reader"),
    Elsewhere("capture/protocols/ipsec", "*", "parts of protocols/ipsec/test_reader.py's reader"),
    Elsewhere("capture/protocols/openvpn", "*", "parts of protocols/openvpn/test_readers.py's readers"),
    Elsewhere("capture/protocols/ssh", "*", "parts of protocols/ssh/test_reader.py's reader"),
    Elsewhere("capture/protocols", "counters", "protocols/test_wireguard.py and others that encrypt"),
    Elsewhere("capture/protocols/tls", "*", "parts of protocols/tls/test_record_layer.py's and test_tls.py's readers"),
    Elsewhere("capture/protocols/websocket", "*", "parts of protocols/websocket/test_reader.py's reader"),
    Elsewhere("capture/provenance", "*", "every reader names the frame of what it finds: content/test_nesting.py"),
    Elsewhere("capture/reassembly", "*", "parts of the table that reassembly/test_connections.py fills"),
    Elsewhere(
        "capture/scan",
        "ambiguous facts flow_rows hits offloaded partial_result parties reading visible_tls walker",
        "compared by scan/test_second_process.py",
    ),
    Elsewhere("capture/scan", "hosts quotations unclaimed", "scan/test_frame_contents.py"),
    Elsewhere("capture/sidecar", "guarded runs", "sidecar/test_app.py"),
    Elsewhere("capture/sidecar", "second", "sidecar/test_paired.py"),
    Elsewhere("capture/wireshark", "field_places", "wireshark/test_packet_fields.py"),
    Elsewhere("capture/wireshark", "keys", "data alone; wireshark/test_tshark.py opens TLS with it"),
    Elsewhere(
        "capture/wireshark", "fields merged witness_query", "judge/test_second_witness_search.py and test_api.py"
    ),
    Elsewhere("lab", "__main__", "lab/command/test_main.py runs it"),
    Elsewhere(
        "lab/certificates", "*", "read by certificates/test_read.py, and described by certificates/test_facts.py"
    ),
    Elsewhere("lab/certificates/asn1", "write", "test_read.py, and ca/transparency/test_log.py"),
    Elsewhere("lab/certificates/asn1", "fields", "what lab/certificates/test_read_mutations.py reads"),
    Elsewhere("lab/certificates/documents", "*", "all kinds are in certificates/documents/test_kinds.py"),
    Elsewhere(
        "lab/certificates/extensions", "*", "each is in certificates/test_facts.py, and beside OpenSSL in odd.py"
    ),
    Elsewhere("lab/certificates/rules", "*", "all together, in certificates/rules/test_check_beside_openssl.py"),
    Elsewhere("lab/words/faults", "*", "all of them are in words/faults/test_faults.py"),
    Elsewhere("lab/role", "profiles", "both CAs issue by it: ca/test_certificates.py, lab/test_pki.py"),
    Elsewhere("lab/pki", "*", "four functions: lab/test_pki.py, lab/test_pki_refusals.py"),
    Elsewhere("lab/command", "scanning watched watching", "command/test_scan.py and test_watch.py"),
    Elsewhere("lab/command", "programs", "command/test_watch_ends.py, and command/ca/test_actions.py's trials"),
    Elsewhere("lab/command/ca", "parser settings", "parts of the command that command/ca/test_actions.py runs"),
    Elsewhere("lab/report", "issued", "command/ca/test_issued.py lists by it"),
    Elsewhere("lab/command", "sidecar", "sidecar/test_main.py, docs/test_settings.py"),
    Elsewhere("lab/command", "showing", "command/test_show.py and test_learn.py"),
    Elsewhere("lab/command", "pages", "command/test_page.py and test_report.py"),
    Elsewhere("lab/witness", "marked", "witness/test_listening.py and sidecar/test_rolling.py record with it"),
    Elsewhere("lab/witness", "temporary", "witness/test_listening_forks.py"),
    Elsewhere("lab/witness", "redaction frame_lookup", "command/test_scan_redaction.py and test_scan_output.py"),
    Elsewhere("lab/engines", "supervisor", "engines/test_local.py"),
    Elsewhere("lab/words", "options", "capture/judge/test_api.py"),
    Elsewhere("lab/report", "console flows places rows sightings", "report/test_scan.py"),
    Elsewhere("lab/report", "picture still_visible tries", "report/test_details.py and engines/test_local.py"),
    Elsewhere("lab/report", "lesson markdown pages", "docs/test_scenario_pages.py"),
    Elsewhere("lab/words", "errors handover recording report services sighting", "data alone"),
    Elsewhere("lab/words", "chapter", "words/test_chapters.py"),
    Elsewhere("lab/words/chapters", "*", "data alone: words/test_chapters.py"),
    Elsewhere("lab/words/fields", "*", "data alone: words/test_fields.py"),
    Elsewhere("lab/words/gallery", "*", "data alone: words/test_gallery.py"),
    Elsewhere("lab/words/spelling", "*", "parts of one table: words/test_spelling.py"),
    Elsewhere("lab/words/story", "*", "data alone: words/test_story.py"),
    Elsewhere("services", "credentials", "services/test_enrolment.py"),
    Elsewhere("services/gallery", "authority contexts exhibit plans speak", "gallery/test_recipes.py"),
    Elsewhere("services/gallery", "settings", "gallery/test_main.py and docs/test_settings.py"),
    Elsewhere(
        "services/interceptor", "health proxies record start witness", "interceptor/test_main.py, test_impostor.py"
    ),
)


@cache
def modules(name: str) -> list[str]:
    """The paths of the modules of a package, without `__init__`."""
    paths = (path for path in PACKAGES[name].rglob("*.py") if path.stem != "__init__")
    return [f"{name}/{path.relative_to(PACKAGES[name]).with_suffix('').as_posix()}" for path in paths]


@cache
def subject_of(test: Path) -> str | None:
    """The module or folder that the name of a test file refers to."""
    folder = test.relative_to(PROJECT / "tests").parent
    package = PACKAGES[folder.parts[0]].joinpath(*folder.parts[1:])
    subject = test.stem.removeprefix("test_")
    while subject:
        for name in (subject, f"__{subject}__"):
            if (package / f"{name}.py").exists():
                return f"{folder.as_posix()}/{name}"
        if folder.name == subject or (package / subject / "__init__.py").exists():
            return folder.as_posix()
        subject = subject.rpartition("_")[0]
    return None
