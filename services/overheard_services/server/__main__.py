"""`python -m overheard_services.server`: the server. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_services.server.settings import Enrolment, Settings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from overheard.role.serve import Context, Listener
    from overheard_services.credentials import Credentials

# How long the server waits for the certificate authority to start, in seconds.
_PATIENCE = 30
_HTTPS, _MUTUAL, _LEGACY, _ACME = "https", "mutual-tls", "legacy", "acme"
# RSA key exchange: the client encrypts the premaster secret with the server's key (RFC 5246, 7.4.7.1).
_RSA_KEY_EXCHANGE = "AES128-GCM-SHA256"


def main(arguments: list[str]) -> int:
    """Get a certificate if HTTPS is to be served, and serve until SIGTERM or SIGINT."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return _health(settings)
    from overheard.role.serve import serve  # noqa: PLC0415  (the health check must be quick)
    from overheard_services.server.app import create_app  # noqa: PLC0415
    from overheard_services.server.shared_key import shared_key  # noqa: PLC0415

    key = shared_key(settings.secret_key, settings.shared_key_file)
    credentials = _certified(settings.enrolment, settings.modern) if settings.enrolment else None
    answers: dict[str, str] = {}
    listeners = [_listener(settings, name, credentials, answers) for name in settings.services]
    serve(lambda: create_app(settings.message, key, answers), listeners)
    return 0


def _health(settings: Settings) -> int:
    """0 if every service is ready; otherwise 1, with the first problem on stderr."""
    root = str(settings.enrolment.folder / "root.pem") if settings.enrolment else None
    for name, service in settings.services.items():
        url = f"{service.scheme}://127.0.0.1:{service.port}"
        if code := _knock(service.port) if name in (_MUTUAL, _ACME) else ask(url, root=root):
            return code
    return 0


def _knock(port: int) -> int:
    """Check that the port is open. A request would need a client certificate, or have the server obtain one."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as problem:
        sys.stderr.write(f"not ready: nobody listens on port {port} ({problem})\n")
        return 1
    return 0


def _certified(enrolment: Enrolment, modern: bool) -> Credentials:
    from overheard_services.enrolment import enrol, wait_for_handover  # noqa: PLC0415

    wait_for_handover(enrolment.ca_url, enrolment.handover, _PATIENCE)
    # RSA, so that the same key works with both kinds of key exchange, where there are both.
    return enrol(enrolment.ca_url, enrolment.handover, enrolment.names, enrolment.folder, rsa_key=not modern)


def _listener(settings: Settings, name: str, credentials: Credentials | None, answers: dict[str, str]) -> Listener:
    from overheard.role.serve import Listener  # noqa: PLC0415

    service, enrolment = settings.services[name], settings.enrolment
    if credentials is None or enrolment is None or service.scheme == "http":
        return Listener(settings.bind, service.port)
    return Listener(
        settings.bind,
        service.port,
        credentials.certificate,
        credentials.key,
        client_ca=credentials.root if name == _MUTUAL else None,
        ciphers=_RSA_KEY_EXCHANGE if name == _LEGACY else "",
        on_demand=_by_acme(enrolment, credentials, answers, settings.modern) if name == _ACME else None,
        tls13_only=settings.modern,
        context=_stapled(credentials, settings.modern) if name == _HTTPS else None,
    )


def _stapled(credentials: Credentials, modern: bool) -> Context | None:
    from overheard_services.server.stapling import stapled  # noqa: PLC0415

    return stapled(credentials, tls13_only=modern)


def _by_acme(
    enrolment: Enrolment, credentials: Credentials, answers: dict[str, str], modern: bool
) -> Callable[[], ssl.SSLContext]:
    from overheard_services.server.acme_certificate import AcmeCertificate  # noqa: PLC0415
    from overheard_services.server.on_demand import OnDemand  # noqa: PLC0415

    return OnDemand(AcmeCertificate(enrolment, credentials.root, answers, tls13_only=modern).obtain).current


if __name__ == "__main__":
    run("server", main)
