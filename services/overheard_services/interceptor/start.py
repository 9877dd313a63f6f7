"""Start of the interceptor: its record, its authority, and then the proxies."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError
from overheard_services.interceptor.record import Record

if TYPE_CHECKING:
    from overheard_services.interceptor.settings import Settings


def start(settings: Settings) -> None:
    """Impersonate the server until told to stop. Raises SettingsError if mitmproxy is not installed."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="interceptor: %(message)s")
    record = Record(settings.record)
    # mitmproxy reads this once, when it is imported.
    os.environ["MITMPROXY_SSLKEYLOGFILE"] = str(record.session_keys)
    try:
        _leave_addons_out()
        from overheard_services.interceptor import impostor, proxies  # noqa: PLC0415
    except ModuleNotFoundError as problem:
        raise SettingsError(
            f"this Python has no {problem.name}",
            hint="the interceptor has its own environment: lab/setup/python-env .venv-interceptor "
            "services/interceptor.requirements.txt",
        ) from None
    # mitmproxy would keep its certificate authority in the user's home, and reuse it at the next start.
    with tempfile.TemporaryDirectory(prefix="overheard-interceptor-") as name:
        impostor.set_up(Path(name), settings.handover)
        asyncio.run(proxies.intercept(settings, record, Path(name)))


def _leave_addons_out() -> None:
    """Let single addons of mitmproxy be imported. Its package would import all, with Flask, LDAP and others."""
    name = "mitmproxy.addons"
    if spec := importlib.util.find_spec(name):
        sys.modules[name] = importlib.util.module_from_spec(spec)
