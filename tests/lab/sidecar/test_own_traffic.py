"""The filter for the sidecar's own HTTP."""

from __future__ import annotations

import subprocess

from overheard.sidecar.own_traffic import left_out
from overheard.sidecar.settings import Address


def test_it_is_about_one_address_and_port() -> None:
    assert left_out(Address("127.0.0.1", 5698)) == (
        "(src host 127.0.0.1 and tcp src port 5698) or (dst host 127.0.0.1 and tcp dst port 5698)"
    )


def test_all_addresses_are_those_of_this_network_alone() -> None:
    """A connection to the same port of another host is to be recorded."""
    found = left_out(Address("0.0.0.0", 5698))  # noqa: S104
    assert "(src host 127.0.0.1 and tcp src port 5698)" in found
    assert "host 0.0.0.0" not in found
    assert found.count("src host") == found.count("dst host") >= 1


def test_it_is_a_capture_filter() -> None:
    for host in ("0.0.0.0", "::", "::1"):  # noqa: S104
        found = left_out(Address(host, 5698))
        done = subprocess.run(["dumpcap", "-i", "lo", "-d", "-f", found], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
