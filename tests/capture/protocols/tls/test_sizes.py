"""Estimates of the amount of application data from the lengths of TLS records."""

from __future__ import annotations

import pytest

from capture.talk import HELLOS, UNKNOWN_CA, client, data, extension, message, read, record
from overheard_capture.protocols.tls.hello import ServerHello
from overheard_capture.protocols.tls.sizes import Sizes, overhead

# The length of the record of a Finished with SHA-256.
FINISHED = 53

OPENSSL_FLIGHT = data(38, 400, 96, FINISHED)


@pytest.mark.parametrize(
    ("version", "cipher", "extra"),
    [
        ("TLS 1.3", "TLS_AES_128_GCM_SHA256", 17),
        ("TLS 1.3", "TLS_CHACHA20_POLY1305_SHA256", 17),
        ("TLS 1.3", "TLS_AES_128_CCM_8_SHA256", 9),
        ("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 24),
        ("TLS 1.2", "TLS_RSA_WITH_AES_128_CCM", 24),
        ("TLS 1.2", "TLS_RSA_WITH_AES_128_CCM_8", 16),
        ("TLS 1.2", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 16),
        ("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 37),
        ("TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", 49),
        ("TLS 1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", 21),
        ("TLS 1.2", "0xC0FF", 0),
        ("", "", 0),
    ],
)
def test_the_overhead_of_a_record(version: str, cipher: str, extra: int) -> None:
    assert overhead(ServerHello(version, cipher)) == extra


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED, 71)), ("<", data(517))],
            Sizes(54, 500, 500),
            id="a request and its answer",
        ),
        pytest.param(
            [("<", data(600)), (">", data(FINISHED, 71)), ("<", data(517))],
            Sizes(54, 500, 500),
            id="the server's flight in one record",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(400, 96, FINISHED, 71)), ("<", data(517))],
            Sizes(54, 500, 500),
            id="a client's certificate",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(549, 71)), ("<", data(517))],
            Sizes(54, 500, 500),
            id="a client's certificate in one record with Finished",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED, 71)), ("<", data(266, 266, 517, 19))],
            Sizes(54, 500 + 2 * 249 + 2, 500),
            id="two tickets and a closing alert",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED, 71)), ("<", data(266, 282, 517))],
            Sizes(54, 500 + 249 + 265, 500),
            id="two tickets that differ by a block",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED, 71)), ("<", data(266, 281))],
            Sizes(54, 249 + 264, 249 + 264),
            id="a head and a body of about the same length are no tickets",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED)), ("<", data(266)), (">", data(71)), ("<", data(517))],
            Sizes(54, 500 + 249, 500),
            id="a ticket before any request",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT), (">", data(FINISHED, 71)), ("<", data(16401, 16401, 517))],
            Sizes(54, 2 * 16384 + 500, 2 * 16384 + 500),
            id="two full records are no tickets",
        ),
        pytest.param(
            [("<", OPENSSL_FLIGHT + data(117)), (">", data(FINISHED, 71))],
            Sizes(54, 100, 0),
            id="unsolicited server data is likely a ticket",
        ),
        pytest.param([("<", OPENSSL_FLIGHT), (">", UNKNOWN_CA)], Sizes(), id="a client that refuses"),
        pytest.param([], Sizes(), id="two hellos alone"),
    ],
)
def test_the_handshake_of_tls_1_3_is_not_counted(parts: list[tuple[str, bytes]], expected: Sizes) -> None:
    assert read([*HELLOS, *parts])[1] == expected


def test_with_early_data_nothing_is_excluded() -> None:
    """It precedes the end of the handshake, and must not be taken for part of that."""
    early = [(">", record(22, message(1, client(extension(42, b""))))), (">", data(117)), HELLOS[1]]
    assert read([*early, ("<", OPENSSL_FLIGHT)])[1].sent == 100
