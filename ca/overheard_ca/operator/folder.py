"""The folder of a CA: its keys, certificates, ledger, and the settings with which it was last started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from overheard.role.files import write_whole
from overheard.words.errors import SettingsError
from overheard_ca.authority import ROOT, certificates, load
from overheard_ca.errors import StateError
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import FILE, Ledger
from overheard_ca.settings import Settings
from overheard_ca.start import log_of, prepare

SETTINGS = "settings.json"

# What `overheard ca` sets where nobody says otherwise: ACME, and the names of this machine.
_DEFAULTS = {"OVERHEARD_CA_ACME": "on", "OVERHEARD_CA_HOST": "localhost"}
_MODE = 0o700


@dataclass(frozen=True)
class Folder:
    """A folder, and where the passphrase of its keys is. `passphrase` is the passphrase itself, if it was asked for.

    `given` are settings by the names of their variables, which count more than those of the `environment`, and these
    more than those that are kept in the folder.
    """

    path: Path
    passphrase_file: Path
    passphrase: bytes | None = field(default=None, repr=False)
    given: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_passphrase(self, passphrase: bytes) -> Folder:
        """The same folder, with keys that have this passphrase."""
        return replace(self, passphrase=passphrase)

    @property
    def root(self) -> Path:
        """The file of the root."""
        return self.path / ROOT

    @property
    def exists(self) -> bool:
        """Whether there is a CA in it."""
        return self.root.exists()

    def settings(self) -> Settings:
        """The settings, validated. Raises SettingsError, which names the variable."""
        places = {
            "OVERHEARD_CA_STATE": str(self.path),
            "OVERHEARD_CA_HANDOVER": str(self.path / "handover"),
            "OVERHEARD_CA_PASSPHRASE_FILE": str(self.passphrase_file),
        }
        said = {name: value for name, value in self.environment.items() if value}
        return Settings.from_environment({**_DEFAULTS, **places, **self._kept(), **said, **self.given})

    def start(self) -> tuple[Settings, Issuance]:
        """Create or complete the CA, keep the given settings, and return it ready to certify. Raises SettingsError."""
        self._see_that_it_may_be_used()
        for folder in (self.path, self.passphrase_file.parent):
            folder.mkdir(mode=_MODE, parents=True, exist_ok=True)
        settings = self.settings()
        issuance = prepare(settings, self.passphrase)
        kept = {**self._kept(), **self.given}
        write_whole(self.path / SETTINGS, f"{json.dumps(kept, indent=2)}\n".encode())
        return settings, issuance

    def open(self) -> Issuance:
        """The CA that is in it, ready to certify. Raises SettingsError, StateError included."""
        self.check_exists()
        settings = self.settings()
        protection = self.passphrase_file if self.passphrase is None else self.passphrase
        now, token = datetime.now(UTC), settings.issuing_key
        authority = load(self.path, protection, now, status=settings.status, in_token=token)
        log = log_of(settings, authority, protection)
        return Issuance(authority, self.ledger(), frozenset(), timedelta(days=settings.days), log)

    def ledger(self) -> Ledger:
        """The ledger of the CA that is in it. Raises StateError."""
        self.check_exists()
        if not (self.path / FILE).exists():
            raise StateError(
                f"{self.path / FILE} is missing", hint="restore it: without it, nothing is known of what was issued"
            )
        return Ledger(self.path / FILE)

    def certificates(self) -> tuple[x509.Certificate, x509.Certificate]:
        """The root and the issuing certificate of the CA that is in it. Raises StateError."""
        self.check_exists()
        return certificates(self.path, datetime.now(UTC))

    def check_exists(self) -> None:
        """Raise SettingsError if there is no CA in it."""
        if not self.exists:
            raise SettingsError(
                f"there is no CA in {self.path}",
                hint="`overheard ca init` creates one there; --state names another folder",
            )

    def _see_that_it_may_be_used(self) -> None:
        """Raise SettingsError for a folder that has other things in it: a CA belongs in one of its own."""
        if self.exists or not self.path.exists():
            return
        if not self.path.is_dir():
            raise SettingsError(f"{self.path} is no folder", hint="name another one with --state")
        # What an interrupted start left is of a CA.
        strange = [each.name for each in self.path.iterdir() if not _is_of_a_ca(each)]
        if strange:
            raise SettingsError(
                f"{self.path} has other files in it, such as {sorted(strange)[0]}",
                hint="name an empty folder with --state, or one that does not exist",
            )

    def _kept(self) -> dict[str, str]:
        file = self.path / SETTINGS
        if not file.exists():
            return {}
        try:
            kept = json.loads(file.read_bytes())
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not all(isinstance(value, str) for value in kept.values()):
            raise StateError(f"{file} is not a JSON object of texts", hint="restore it, or remove it and say all again")
        return kept


def _is_of_a_ca(file: Path) -> bool:
    return file.name in (SETTINGS, ".lock", "handover") or file.suffix == ".pem" or file.name.startswith((".", FILE))
