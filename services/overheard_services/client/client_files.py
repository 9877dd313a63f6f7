"""What the client needs for the scenarios: roots to trust, its own credentials, and the files for keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.errors import SettingsError
from overheard.words.handover import GALLERY_ROOT, IMPOSTOR_ROOT, LOG_KEY
from overheard.words.recording import KEY_LOG, MESSAGE_KEYS
from overheard.words.scenario import Attempt, Identity, Trust
from overheard.words.services import INTERCEPTOR
from overheard_services.client.ask import Way
from overheard_services.client.log_watch import LogWatch
from overheard_services.client.settings import contents
from overheard_services.client.stranger import stranger
from overheard_services.enrolment import enrol, learn_root
from overheard_services.transparency.known_log import KnownLog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_services.client.settings import Settings

# The root of the lab CA, in the folder for the scenarios.
_ROOT = "root.pem"
# The names in the client's certificates: its own, and that of a server, which it should not have.
_SQUIRREL, _ACORN = "squirrel", "acorn"


@dataclass(frozen=True)
class ClientFiles:
    """`folder` is for the files of these scenarios only; `keys` is the folder for the keys of this run."""

    settings: Settings
    folder: Path
    keys: Path

    @classmethod
    def gather(cls, settings: Settings, folder: Path) -> ClientFiles:
        """Fetch the root of the lab CA, and create the files for the keys."""
        keys = settings.keys / settings.run
        _make_files_for(keys)
        write_whole(folder / _ROOT, learn_root(settings.ca_url, settings.handover))
        return cls(settings, folder, keys)

    def prepared(self, attempts: Iterable[Attempt]) -> list[tuple[Attempt, Way]]:
        """How to make each of `attempts`. Everything is fetched in advance, so that this traffic is in no recording."""
        return [(attempt, self._way(attempt)) for attempt in attempts]

    def _way(self, attempt: Attempt) -> Way:
        return Way(
            trusting=self._trusting(attempt.trust),
            verify=attempt.trust is not Trust.ANYBODY,
            keys=self.keys / KEY_LOG,
            certificate=self._certificate(attempt.identity),
            ciphers=attempt.ciphers,
            crl=attempt.crl,
            ocsp=attempt.ocsp,
            soft_fail=attempt.soft_fail,
            strict=attempt.strict,
            log=self._log() if attempt.logged else None,
            through=INTERCEPTOR if attempt.intercepted else "",
            patience=attempt.patience,
        )

    def _log(self) -> KnownLog:
        """The log of the lab CA, by the key that it handed over."""
        return KnownLog.from_pem(contents("OVERHEARD_CLIENT_HANDOVER", self.settings.handover / LOG_KEY))

    @property
    def root(self) -> Path:
        """The root of the lab CA."""
        return self.folder / _ROOT

    @property
    def log_watch(self) -> LogWatch:
        """What the squirrels do with that log."""
        return LogWatch(self.settings.ca_url, self.root, self._log())

    def keep(self, key: bytes) -> None:
        """Save a key of the application's own encryption, so that the judge can prove what was encrypted."""
        with (self.keys / MESSAGE_KEYS).open("ab") as file:
            file.write(b"fernet " + key + b"\n")

    @property
    def shared_key(self) -> bytes:
        """The key that client and server share, which was not sent over any wire of the lab."""
        given = self.settings.secret_key.encode()
        return given or contents("OVERHEARD_CLIENT_SHARED_KEY_FILE", self.settings.shared_key_file)

    def _trusting(self, trust: Trust) -> Path | None:
        if trust is Trust.GALLERY_CA:
            return self.settings.gallery / GALLERY_ROOT
        if trust is Trust.IMPOSTOR_CA and self.settings.impostor:
            theirs = contents("OVERHEARD_CLIENT_IMPOSTOR", self.settings.impostor / IMPOSTOR_ROOT)
            both = self.folder / "both.pem"
            write_whole(both, self.root.read_bytes() + theirs)
            return both
        return self.root if trust is Trust.LAB_CA else None

    def _certificate(self, identity: Identity) -> tuple[Path, Path] | None:
        if identity is Identity.SQUIRREL:
            return self._enrolled(self.settings.handover, _SQUIRREL)
        if identity is Identity.SERVER:
            return self._enrolled(self.settings.acorn, _ACORN)
        return stranger(self.folder) if identity is Identity.STRANGER else None

    def _enrolled(self, handover: Path, name: str) -> tuple[Path, Path]:
        mine = enrol(self.settings.ca_url, handover, [name], self.settings.credentials / name)
        return mine.certificate, mine.key


def _make_files_for(keys: Path) -> None:
    try:
        keys.mkdir(mode=0o700, exist_ok=True)
        for name in (KEY_LOG, MESSAGE_KEYS):
            # Created here: OpenSSL would create it with the default mode.
            (keys / name).touch(mode=0o600)
    except OSError as problem:
        raise SettingsError(
            f"the keys of this run cannot be kept in {keys} ({problem.strerror})",
            hint="see OVERHEARD_CLIENT_KEYS and OVERHEARD_RUN",
        ) from None
