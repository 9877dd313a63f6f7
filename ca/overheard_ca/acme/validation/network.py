"""What validations may connect to. A name is resolved once, and what is connected to is the address that was checked.

So a name whose address changes between the check and the connection (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address

import dns.exception
import dns.resolver

from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.settings import AcmeSettings

# Seconds that a validation may take. A client waits for it.
DEADLINE = 10


class Network:
    """The network as validations see it."""

    def __init__(self, settings: AcmeSettings) -> None:
        self._settings = settings

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """A resolver, which asks the server of the settings, or those of the machine."""
        chosen = self._settings.resolver
        resolver = dns.resolver.Resolver(configure=chosen is None)
        if chosen:
            resolver.nameservers, resolver.port = [chosen[0]], chosen[1]
        resolver.timeout, resolver.lifetime = 2, DEADLINE
        return resolver

    def addresses(self, host: str) -> list[IPv4Address | IPv6Address]:
        """The addresses of a name, or the one that it is, that may be connected to. Raises ProblemError."""
        found = self._resolved(host)
        allowed = [address for address in found if not self._is_forbidden(address)]
        if not allowed:
            raise ProblemError(
                Kind.CONNECTION,
                f"{host!r:.80} has the address {found[0]}, and this CA connects to none in that network.",
            )
        return allowed

    def _resolved(self, host: str) -> list[IPv4Address | IPv6Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            found = self._asked(host) if self._settings.resolver else _of_the_machine(host)
        except (OSError, UnicodeError, dns.exception.DNSException) as problem:
            raise ProblemError(Kind.DNS, f"The address of {host!r:.80} was not found: {problem!s:.200}") from None
        if not found:
            raise ProblemError(Kind.DNS, f"{host!r:.80} has no address: give it an A or AAAA record.")
        return found

    def _asked(self, host: str) -> list[IPv4Address | IPv6Address]:
        # Not by resolve_name, which gives up after one datagram that is lost.
        answers = [self.resolver.resolve(host, kind, raise_on_no_answer=False) for kind in ("A", "AAAA")]
        return [ip_address(record.address) for answer in answers if answer.rrset for record in answer.rrset]

    def _is_forbidden(self, address: IPv4Address | IPv6Address) -> bool:
        if isinstance(address, IPv6Address) and (inner := address.ipv4_mapped or address.sixtofour):
            return self._is_forbidden(inner)
        # Nobody's service is there, but what configures virtual machines often is.
        if address.is_unspecified or address.is_multicast or address.is_link_local:
            return True
        return any(address in network for network in self._settings.forbidden)

    @contextmanager
    def connected(
        self, host: str, port: int, secured: Callable[[socket.socket], socket.socket] = lambda plain: plain
    ) -> Iterator[socket.socket]:
        """A connection to a name or an address, closed after `DEADLINE` however slowly the other side sends.

        Raises ProblemError.
        """
        last: OSError | None = None
        for address in self.addresses(host)[:4]:
            try:
                plain = socket.create_connection((str(address), port), timeout=DEADLINE / 2)
            except OSError as problem:
                last = problem
                continue
            late = threading.Event()
            with plain:
                timer = threading.Timer(DEADLINE, _end, [plain, late])
                timer.daemon = True
                timer.start()
                try:
                    yield secured(plain)
                finally:
                    timer.cancel()
            if late.is_set():
                raise ProblemError(
                    Kind.CONNECTION, f"{host!r:.80} port {port} did not end its response within {DEADLINE} seconds."
                )
            return
        raise ProblemError(Kind.CONNECTION, f"No connection to {host!r:.80} port {port}: {last}.")


def _of_the_machine(host: str) -> list[IPv4Address | IPv6Address]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))


def _end(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
