"""What every observer sees of a connection: real ones, some of which fail, with tshark as a second witness."""

from __future__ import annotations

import json
import ssl
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capture.frames import SERVER, ethernet, exchange, frame, ipv4, tcp
from capture.talk import SEARCH, TLS_1_3, client, data, extension, message, record, replay, server, vector
from overheard.words.visible import Alert, Visible
from overheard_capture.captures.frame import Frame
from overheard_capture.captures.reader import read
from overheard_capture.packets import SYN
from overheard_capture.protocols.tls import names
from overheard_capture.scan.flow_kind import flow_kind_of
from overheard_capture.scan.reading import Reading
from overheard_capture.scan.visible import FlowExtent, visible_of
from overheard_capture.wireshark.tshark import own_configuration
from processes import in_namespaces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.engines.base import Engine

# What two sides with OpenSSL negotiate.
PREFERRED = "X25519MLKEM768" if ssl.OPENSSL_VERSION_INFO >= (3, 5) else "x25519"
_FIELDS = {
    "type": "tls.handshake.type",
    "legacy": "tls.handshake.version",
    "version": "tls.handshake.extensions.supported_version",
    "cipher": "tls.handshake.ciphersuite",
    "share": "tls.handshake.extensions_key_share_group",
    "asked for": "tls.handshake.extensions_key_share_selected_group",
    "curve": "tls.handshake.server_named_curve",
    "sni": "tls.handshake.extensions_server_name",
    "alpn": "tls.handshake.extensions_alpn_str",
}


def seen_in(frames: Iterable[Frame]) -> tuple[Visible, ...]:
    """The visible parts of the streams in these frames."""
    reading = Reading(SEARCH)
    for each in frames:
        reading.take(each)
    return tuple(reading.finish().visible)


@dataclass(frozen=True)
class Connections:
    """What the reader sees, and what the client knows, of each connection of handshakes.py, by name."""

    path: Path
    seen: dict[str, Visible]
    expected: dict[str, dict[str, Any]]

    def tshark(self, display_filter: str, *fields: str) -> list[list[str]]:
        """A line per frame: the values of these fields."""
        # By its port, tshark might take a connection for another protocol.
        ports = [word for each in self.seen.values() for word in ("-d", f"tcp.port=={each.port},tls")]
        wanted = [word for field in fields for word in ("-e", field)]
        command = ["tshark", "-r", str(self.path), "-n", *ports, "-Y", display_filter, "-T", "fields", *wanted]
        with own_configuration() as environment:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def connections(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Connections:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("handshakes")
    expected = json.loads(in_namespaces(Path(__file__).parents[1] / "handshakes.py", str(folder)))
    path = folder / "handshakes.pcapng"
    by_ports = {(int(each.client.rpartition(":")[2]), each.port): each for each in seen_in(read(path).frames)}
    return Connections(path, {name: by_ports[tuple(each["ports"])] for name, each in expected.items()}, expected)


@pytest.mark.parametrize(
    ("name", "version", "cipher", "group"),
    [
        ("1.3", "TLS 1.3", "TLS_AES_256_GCM_SHA384", PREFERRED),
        ("1.3 retry", "TLS 1.3", "TLS_AES_256_GCM_SHA384", "secp384r1"),
        ("1.3 untrusted", "TLS 1.3", "TLS_AES_256_GCM_SHA384", PREFERRED),
        ("1.2 ecdhe", "TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "x25519"),
        ("1.2 chacha", "TLS 1.2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "x25519"),
        ("1.2 dhe", "TLS 1.2", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", ""),
        ("1.2 rsa", "TLS 1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256", ""),
        ("1.0", "TLS 1.0", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "x25519"),
        ("no cipher", "", "", ""),
        ("version", "", "", ""),
        ("plain answer", "", "", ""),
        ("closed", "", "", ""),
        ("reset", "", "", ""),
    ],
)
def test_what_the_server_selected(connections: Connections, name: str, version: str, cipher: str, group: str) -> None:
    seen = connections.seen[name]
    assert (seen.version, seen.cipher, seen.group) == (version, cipher, group)
    assert seen.sni == "server"
    # TLS 1.3 encrypts the protocol that the server chose.
    assert seen.alpn == ("http/1.1" if version in {"TLS 1.0", "TLS 1.2"} else "h2, http/1.1")


def test_tls_1_2_shows_certificates(connections: Connections) -> None:
    names_of_all = ("server", "localhost", "127.0.0.1")
    for name, subject in (("1.2 ecdhe", "ec"), ("1.2 rsa", "rsa"), ("1.2 untrusted", "ec"), ("1.2 mutual", "ec")):
        seen = connections.seen[name]
        assert (seen.subject, seen.names) == (f"the {subject} of the squirrels", names_of_all)
    assert [name for name, seen in connections.seen.items() if seen.client_subject] == ["1.2 mutual"]
    assert connections.seen["1.2 mutual"].client_subject == "the client of the squirrels"


def test_tls_1_3_shows_none(connections: Connections) -> None:
    for name in ("1.3", "1.3 rsa", "1.3 mutual", "1.3 untrusted"):
        assert (connections.seen[name].subject, connections.seen[name].names) == ("", ())


def test_alerts_in_clear_have_a_sender_and_a_name(connections: Connections) -> None:
    alerts = {
        name: [(alert.sender, alert.level, alert.name) for alert in seen.alerts]
        for name, seen in connections.seen.items()
        if seen.alerts
    }
    # The client's error after a server has gone differs between versions of OpenSSL.
    alerts.pop("closed", None)
    assert alerts == {
        "1.3 untrusted": [("client", "fatal", "unknown_ca")],
        "1.2 untrusted": [("client", "fatal", "unknown_ca")],
        "1.2 mutual, refused": [("server", "fatal", "handshake_failure")],
        "no cipher": [("server", "fatal", "handshake_failure")],
        "version": [("server", "fatal", "protocol_version")],
    }
    assert "unknown_ca from the client" in connections.seen["1.3 untrusted"].facts


def test_sizes_with_an_aead_cipher_are_exact(connections: Connections) -> None:
    for name in ("1.2 ecdhe", "1.2 long", "1.2 rsa", "1.2 chacha", "1.2 ccm", "1.2 ccm 8", "1.2 dhe", "1.2 mutual"):
        seen, expected = connections.seen[name], connections.expected[name]
        assert (seen.data_sent, seen.data_answered, seen.data_guessed) == (
            expected["sent"],
            expected["received"],
            expected["received"],
        )


def test_padding_hides_less_than_a_block_per_record(connections: Connections) -> None:
    """A request is one record, a response two: its head, and its body. TLS 1.0 splits one byte of each off."""
    for name, records in (("1.2 cbc", 1), ("1.2 cbc sha384", 1), ("1.0", 2)):
        seen, expected = connections.seen[name], connections.expected[name]
        assert expected["sent"] <= seen.data_sent < expected["sent"] + 16 * records
        assert expected["received"] <= seen.data_answered < expected["received"] + 16 * 2 * records


@pytest.mark.parametrize("name", ["1.3", "1.3 long", "1.3 rsa", "1.3 retry", "1.3 mutual"])
def test_the_size_of_a_response_over_tls_1_3_is_estimated_to_the_byte(connections: Connections, name: str) -> None:
    """At most: with two session tickets, which are longer with a client certificate, and an alert."""
    seen, expected = connections.seen[name], connections.expected[name]
    assert seen.data_sent == expected["sent"]
    assert expected["received"] < seen.data_answered <= expected["received"] + (1500 if "mutual" in name else 600)
    assert seen.data_guessed == expected["received"]


def test_a_failed_handshake_has_no_application_data(connections: Connections) -> None:
    for name in ("1.3 untrusted", "1.2 untrusted", "1.2 mutual, refused", "no cipher", "version", "closed", "reset"):
        seen = connections.seen[name]
        assert (seen.data_sent, seen.data_answered, seen.data_guessed) == (0, 0, 0)
        assert seen.sent
    # Here the client may have sent its request before the server refuses with an encrypted alert.
    refused = connections.seen["1.3 mutual, refused"]
    assert refused.data_sent in {0, len("GET /500 HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n")}
    assert (refused.data_answered, refused.data_guessed) == (2, 0)


def test_addresses_sizes_and_times_of_plain_http_are_visible(connections: Connections) -> None:
    seen, expected = connections.seen["http"], connections.expected["http"]
    assert seen == Visible(
        stream=seen.stream,
        client=f"127.0.0.1:{expected['ports'][0]}",
        server=seen.server,
        began=seen.began,
        lasted=seen.lasted,
        sent=expected["sent"],
        answered=expected["received"],
        content="plain text",
    )
    assert seen.began > 0
    assert 0 < seen.lasted < 5
    assert not seen.facts


def test_only_the_amount_is_known_of_a_connection_midstream(connections: Connections) -> None:
    seen, expected = connections.seen["late"], connections.expected["late"]
    assert (seen.version, seen.cipher, seen.sni, seen.hello_frames) == ("", "", "", ())
    assert expected["sent"] <= seen.data_sent <= expected["sent"] + 17
    assert expected["received"] <= seen.data_answered <= seen.answered


def test_tshark_reads_the_same_handshakes(connections: Connections) -> None:
    rows = connections.tshark("tls.handshake.type", "tcp.stream", *_FIELDS.values())
    spoken: dict[int, dict[str, str]] = {}
    for number, *values in rows:
        row = dict(zip(_FIELDS, values, strict=True))
        expected = spoken.setdefault(int(number), {})
        kinds = row["type"].split(",")
        if "1" in kinds:
            expected |= {"sni": row["sni"], "alpn": row["alpn"].replace(",", ", ")}
        if "2" in kinds:
            expected["version"] = names.version(int(row["version"] or row["legacy"], 0))
            expected["cipher"] = names.cipher(int(row["cipher"], 0))
            expected["alpn"] = row["alpn"] or expected["alpn"]
        if "2" in kinds and (group := row["share"] or row["asked for"] or row["curve"]):
            expected["group"] = names.group(int(group, 0))
    empty = {"version": "", "cipher": "", "group": ""}
    ours = {
        seen.stream: {key: getattr(seen, key) for key in (*empty, "sni", "alpn")} for seen in connections.seen.values()
    }
    assert {number: {**empty, **expected} for number, expected in spoken.items()} == {
        number: nonempty for number, nonempty in ours.items() if nonempty["sni"]
    }
    assert len(spoken) == len(connections.seen) - 2


def test_tshark_sees_the_same_alerts(connections: Connections) -> None:
    rows = connections.tshark(
        "tls.alert_message.desc", "frame.number", "tls.alert_message.level", "tls.alert_message.desc", "tcp.srcport"
    )
    ports = {seen.port for seen in connections.seen.values()}
    theirs = {
        Alert(
            int(number),
            "server" if int(port) in ports else "client",
            names.level(int(level)),
            names.alert(int(code)),
        )
        for number, level, code, port in rows
    }
    assert theirs == {alert for seen in connections.seen.values() for alert in seen.alerts}


def test_tshark_finds_the_hellos_in_the_same_frames(connections: Connections) -> None:
    theirs = connections.tshark("tls.handshake.type in {1, 2}", "frame.number")
    ours = sorted(number for seen in connections.seen.values() for number in seen.hello_frames)
    assert [int(number) for (number,) in theirs] == ours


def test_tshark_has_the_same_times_and_amounts(connections: Connections) -> None:
    """A busy machine sends segments again, whose bytes count once."""
    names = ("tcp.stream", "frame.time_relative", "tcp.dstport", "tcp.seq", "tcp.len")
    theirs: dict[int, list[list[str]]] = {}
    for number, *row in connections.tshark("tcp", *names):
        theirs.setdefault(int(number), []).append(row)
    assert len(theirs) == len(connections.seen)
    for seen in connections.seen.values():
        times = [float(time) for time, *_ in theirs[seen.stream]]
        payload: dict[bool, set[int]] = {True: set(), False: set()}
        for _, port, sequence, length in theirs[seen.stream]:
            payload[int(port) == seen.port].update(range(int(sequence), int(sequence) + int(length)))
        assert (seen.sent, seen.answered) == (len(payload[True]), len(payload[False]))
        assert seen.began == pytest.approx(times[0], abs=2e-6)
        assert seen.lasted == pytest.approx(times[-1] - times[0], abs=2e-6)


def test_it_survives_json(connections: Connections) -> None:
    for seen in connections.seen.values():
        assert Visible.from_json(json.loads(json.dumps(asdict(seen)))) == seen


def timed(parts: Iterable[bytes]) -> list[Frame]:
    """Frames one second apart."""
    return [Frame(number, 1_700_000_000.0 + number, 1, len(data), data) for number, data in enumerate(parts, start=1)]


def test_successive_connections_between_the_same_ports_have_separate_times() -> None:
    once = exchange([b"one"], [b"two"])
    first, second = seen_in(timed([*once, *once]))
    assert (first.began, first.lasted) == (0, len(once) - 1)
    assert (second.began, second.lasted) == (len(once), len(once) - 1)
    assert (first.server, first.port) == (str(SERVER), SERVER.port)


def test_a_retransmitted_syn_begins_no_other_connection() -> None:
    opening, *rest = exchange([b"one"], [])
    (seen,) = seen_in(timed([opening, opening, *rest]))
    assert (seen.began, seen.lasted, seen.sent) == (0, len(rest) + 1, 3)


def test_a_connection_without_data_has_its_time() -> None:
    refused = [ethernet(ipv4(tcp(flags=SYN))), ethernet(ipv4(tcp(flags=4, source=5683, target=40000)))]
    (seen,) = seen_in(timed(refused))
    assert (seen.began, seen.lasted, seen.sent, seen.answered, seen.content) == (0, 1, 0, 0, "nothing")


def test_the_tcp_server_may_be_the_tls_client() -> None:
    """In active mode the FTP server opens the connection, and it is the TLS server, too."""
    name = extension(0, vector(2, b"\0" + vector(2, b"server")))
    nonempty = [("<", record(22, message(1, client(name)))), (">", record(22, message(2, server(0x1301, *TLS_1_3))))]
    flight = [(">", data(400, 53)), ("<", data(53, 71)), (">", data(517))]
    result = replay([*nonempty, *flight])
    assert result.protected
    extent = FlowExtent(stream=0, client="a", server="b", began=0, lasted=1, sent=1, answered=1)
    seen = visible_of(extent, flow_kind_of(result.flow_findings), result.flow_findings)
    assert (seen.content, seen.version, seen.sni, seen.hello_frames) == ("TLS", "TLS 1.3", "server", (3, 4))
    assert (seen.data_sent, seen.data_answered) == (500, 54)


def test_without_streams_nothing_is_visible() -> None:
    assert seen_in([]) == ()
    assert seen_in([frame(b"nothing")]) == ()
