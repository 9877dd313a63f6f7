"""The filter for the sidecar's own HTTP."""

from __future__ import annotations

import socket
import subprocess

import pytest

from overheard.sidecar.http import HttpServer
from overheard.sidecar.own_traffic import left_out
from overheard.sidecar.settings import Address
from ports import free_port


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


@pytest.mark.parametrize(("host", "own", "other"), [("0.0.0.0", "127.0.0.1", "::1"), ("::", "::1", "127.0.0.1")])  # noqa: S104
def test_another_service_may_have_the_port_in_the_other_family(
    host: str, own: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its traffic is recorded: the server of the sidecar listens in one family alone."""
    monkeypatch.setattr("overheard.sidecar.own_traffic._addresses", lambda: ["127.0.0.1"])
    monkeypatch.setattr("overheard.sidecar.own_traffic._addresses_6", lambda: ["::1"])
    address = Address(host, free_port())
    found = left_out(address)
    assert f"src host {own} " in found
    assert f" host {other} " not in found
    with HttpServer(address, {}):
        with socket.create_connection((own, address.port), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"404" in b"".join(iter(lambda: client.recv(4096), b""))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((other, address.port))


def test_it_is_a_capture_filter() -> None:
    for host in ("0.0.0.0", "::", "::1"):  # noqa: S104
        found = left_out(Address(host, 5698))
        done = subprocess.run(["dumpcap", "-i", "lo", "-d", "-f", found], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
