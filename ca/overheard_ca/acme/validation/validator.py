"""Validates challenges, each in a thread of its own time, and stores the results."""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from datetime import UTC, datetime

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.keys import thumbprint
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import Challenge
from overheard_ca.acme.settings import AcmeSettings
from overheard_ca.acme.store import Store
from overheard_ca.acme.validation import dns01, http01, tls_alpn01
from overheard_ca.acme.validation.network import Network
from overheard_ca.ledger import Ledger, refuse

# Most of them wait for a server.
_THREADS = 32

log = logging.getLogger("overheard_ca")


class Validator:
    """Has threads that end with the process: what they had not ended is begun again by the next one."""

    def __init__(self, ledger: Ledger, settings: AcmeSettings) -> None:
        self._ledger, self._settings, self._network = ledger, settings, Network(settings)
        self._waiting: queue.SimpleQueue[tuple[str, threading.Event]] = queue.SimpleQueue()
        for _ in range(_THREADS):
            threading.Thread(target=self._work, daemon=True).start()
        with ledger.reading() as connection:
            unfinished = Store(connection).unfinished()
        for challenge in unfinished:
            self.validate(challenge.id)

    def validate(self, challenge: str) -> threading.Event:
        """Have the challenge with this identifier validated soon. The event is set once that has ended."""
        ended = threading.Event()
        self._waiting.put((challenge, ended))
        return ended

    def _work(self) -> None:
        while True:
            identifier, ended = self._waiting.get()
            try:
                self._validate(identifier)
            except Exception:
                log.exception("the validation of %s failed", identifier)
            ended.set()

    def _validate(self, identifier: str) -> None:
        with self._ledger.reading() as connection:
            store = Store(connection)
            challenge = store.challenge(identifier)
            authorization = store.authorization(challenge.authorization) if challenge else None
            account = store.account(authorization.account) if authorization else None
        if challenge is None or authorization is None or account is None:
            return
        if self._settings.slow_validation:
            time.sleep(random.uniform(0, self._settings.slow_validation))  # noqa: S311  (to test clients)
        expected = f"{challenge.token}.{thumbprint(account.key)}"
        problem = None
        try:
            self._look(challenge, authorization.identifier, expected)
        except ProblemError as failed:
            problem = failed
        except Exception:
            log.exception("the validation of %s failed", identifier)
            problem = ProblemError(Kind.SERVER_INTERNAL, "The CA failed to look at it: see its log.")
        name = str(authorization.identifier.name)
        log.info("validated %s by %s: %s", name, challenge.type, problem or "valid")
        now = datetime.now(UTC)
        with self._ledger.transaction() as entry:
            Store(entry).end(challenge, now, problem.document if problem else None)
            if problem:
                refuse(entry, account.id, [name], problem.code, str(problem), now)

    def _look(self, challenge: Challenge, name: Identifier, expected: str) -> None:
        match challenge.type:
            case "http-01":
                ports = (self._settings.http_port, self._settings.tls_port)
                http01.validate(self._network, name, challenge.token, expected, ports)
            case "dns-01":
                dns01.validate(self._network, name, expected)
            case "tls-alpn-01":
                tls_alpn01.validate(self._network, name, expected, self._settings.tls_port)
