"""All settings of the client."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import CA, CAPTURE
from overheard.words.story import STORY, by_name
from overheard.words.suggestions import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from overheard.words.scenario import Scenario


@dataclass(frozen=True)
class Alone:
    """The client of the tutorial: one URL, and perhaps the file of a CA to trust instead of the machine's.

    With a `shared_key`, the response is a token that was encrypted with it.
    """

    url: str
    ca_file: Path | None
    shared_key: str

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self | None:
        """None unless SECRET_URL is set."""
        env = Environment(variables)
        url = env.text("SECRET_URL", "")
        if not url:
            return None
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"SECRET_URL is {url!r}, which is not an http:// or https:// URL")
        return cls(
            url,
            env.optional_path("OVERHEARD_CLIENT_CA_FILE"),
            env.text("SECRET_KEY", "") or env.content("SECRET_KEY_FILE"),
        )


@dataclass(frozen=True)
class Settings:
    """The settings of the client that runs the scenarios.

    `keys` is the folder for the keys of its run; `output` is `text` for people, or `json` for programs, one event per
    line. `awaits` are the URLs of roles that must be ready first. `acorn` is the handover folder for a server
    certificate that the client should not have; `impostor` is None if no interceptor runs.
    """

    scenarios: tuple[Scenario, ...]
    message: str
    awaits: tuple[str, ...]
    ca_url: str
    handover: Path
    acorn: Path
    credentials: Path
    gallery: Path
    impostor: Path | None
    secret_key: str
    shared_key_file: Path
    capture_url: str
    capture_token_file: Path
    keys: Path
    output: str
    run: str

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings. Raises SettingsError, which names the variable."""
        env = Environment(variables)
        return cls(
            scenarios=_scenarios(env),
            message=env.text("OVERHEARD_MESSAGE", SECRET_MESSAGE),
            awaits=env.words("OVERHEARD_CLIENT_AWAITS", ""),
            ca_url=env.text("OVERHEARD_CA_URL", CA.origin),
            handover=env.folder("OVERHEARD_CLIENT_HANDOVER"),
            acorn=env.folder("OVERHEARD_CLIENT_ACORN"),
            credentials=env.folder("OVERHEARD_CLIENT_CREDENTIALS"),
            gallery=env.folder("OVERHEARD_CLIENT_GALLERY"),
            impostor=env.optional_path("OVERHEARD_CLIENT_IMPOSTOR"),
            secret_key=env.text("SECRET_KEY", "") or env.content("SECRET_KEY_FILE"),
            shared_key_file=env.path("OVERHEARD_CLIENT_SHARED_KEY_FILE"),
            capture_url=env.text("OVERHEARD_CAPTURE_URL", CAPTURE.origin),
            capture_token_file=env.path("OVERHEARD_CAPTURE_TOKEN_FILE"),
            keys=env.folder("OVERHEARD_CLIENT_KEYS"),
            output=env.choice("OVERHEARD_CLIENT_OUTPUT", ("text", "json"), "text"),
            run=env.text("OVERHEARD_RUN", time.strftime("%Y%m%d-%H%M%S")),
        )


def contents(variable: str, file: Path) -> bytes:
    """The content of a file in the folder of `variable`. Raises SettingsError, naming both, if it cannot be read."""
    try:
        return file.read_bytes().strip()
    except OSError as problem:
        raise SettingsError(
            f"{variable}: {file} cannot be read ({problem.strerror})", hint="check that it exists, and who owns it"
        ) from None


def _scenarios(env: Environment) -> tuple[Scenario, ...]:
    known = by_name()
    names = env.words("OVERHEARD_CLIENT_SCENARIOS", ",".join(each.name for each in STORY))
    if problem := unknown("scenario", names, known) or ("" if names else "it names no scenario"):
        raise SettingsError(f"OVERHEARD_CLIENT_SCENARIOS: {problem}", hint=f"there are {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))
