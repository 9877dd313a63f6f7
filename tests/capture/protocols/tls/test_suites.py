"""Classification of cipher suites, with tshark's names as a second witness."""

from __future__ import annotations

import subprocess

from overheard_capture.protocols.tls import suites


def test_a_suite_is_classified_by_its_name() -> None:
    printed = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True).stdout
    rows = (line.split("\t") for line in printed.splitlines() if line.startswith("V\ttls.handshake.ciphersuite\t"))
    known = {int(code, 0): name for _, _, code, name in rows}
    assert len(known) > 300
    for code, name in known.items():
        weak = any(part in name for part in ("NULL", "anon", "EXPORT", "_DES_", "DES40", "SCSV", "GREASE"))
        assert not weak or suites.weakness(code), name
        if "NULL" in name and "GOST" not in name and "FORTEZZA" not in name:
            assert suites.is_null(code), name
    # All other registered suites are good.
    good = [code for code, name in known.items() if name.startswith("TLS_") and not suites.weakness(code)]
    assert len(good) > 280
    assert {0x1301, 0x1302, 0x1303, 0xC02F, 0x009C, 0x002F, 0xCCA8, 0x0005} <= set(good)


def test_suites_that_protect_nothing_are_described() -> None:
    assert suites.weakness(0x1301) == ""
    assert suites.weakness(0x0002) == "a cipher suite without encryption"
    assert suites.weakness(0xC0B4) == "a cipher suite without encryption"
    assert "anonymous" in suites.weakness(0x001B)
    assert "export" in suites.weakness(0x0003)
    assert "56-bit" in suites.weakness(0x0009)
    assert "unknown" in suites.weakness(0x1309)


def test_a_record_without_encryption_contains_all_but_its_mac() -> None:
    for suite, body, held in (
        (0x0002, b"tail" + bytes(20), b"tail"),
        (0x0002, b"short", b""),
        (0xC0B4, b"tail\x17\0\0" + bytes(32), b"tail"),
        (0xC0B4, b"tail\x16\0\0" + bytes(32), b""),
    ):
        assert bytes(suites.payload(suite, memoryview(body))) == held
