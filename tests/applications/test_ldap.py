"""OpenLDAP: a simple bind in clear, after StartTLS, and over TLS. Its client, with GnuTLS, writes session keys."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import program, run
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

DIRECTORY = """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_ldif
pidfile {folder}/pid
{tls}
database ldif
directory {folder}/tree
suffix dc=oak
rootdn cn=acorn,dc=oak
rootpw "{password}"
"""
TLS = "TLSCertificateFile {0.certificate}\nTLSCertificateKeyFile {0.key}"


class Ports(NamedTuple):
    """The ports of a server with TLS, for LDAP and for LDAP over TLS; that of a server without; and the root."""

    ldap: int
    ldaps: int
    clear: int
    root: Path


@pytest.fixture(scope="module")
def ports(place: Place) -> Iterator[Ports]:
    first = free_ports(3)
    made = Ports(first, first + 1, first + 2, place.files.root)
    servers = (
        ("tls", TLS.format(place.files), {made.ldap: "ldap", made.ldaps: "ldaps"}),
        ("clear", "", {made.clear: "ldap"}),
    )
    with ExitStack() as stack:
        for name, tls, listening in servers:
            folder = place.make(name)
            place.make(f"{name}/tree")
            place.write(f"{name}/slapd.conf", DIRECTORY.format(folder=folder, tls=tls, password=PASSWORD))
            urls = " ".join(f"{scheme}://127.0.0.1:{port}" for port, scheme in listening.items())
            command = "slapd", "-d", "0", "-f", folder / "slapd.conf", "-h", urls
            stack.enter_context(place.running(*command, ports=tuple(listening)))
        yield made


@pytest.mark.parametrize(
    ("server", "options", "expected"),
    [
        ("ldap", [], OVERHEARD),
        # With -Z the client goes on in clear if there is no TLS; with -ZZ it does not.
        ("clear", ["-Z"], OVERHEARD),
        ("ldap", ["-Z"], PROVED),
        ("ldap", ["-ZZ"], PROVED),
        ("ldaps", [], PROVED),
    ],
)
def test_a_bind(overheard: Overheard, ports: Ports, server: str, options: list[str], expected: str) -> None:
    port, scheme = getattr(ports, server), "ldaps" if server == "ldaps" else "ldap"
    bind = ["ldapwhoami", "-x", "-D", "cn=acorn,dc=oak", "-w", PASSWORD, *options, "-H", f"{scheme}://127.0.0.1:{port}"]
    trusting = ["env", f"LDAPTLS_CACERT={ports.root}"]
    assert heard(overheard, port, lambda: run(*trusting, program(bind[0]), *bind[1:]), require="sealed") == expected
