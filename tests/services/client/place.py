"""A client's environment: a real CA, a real server with its certificate, and folders for the client."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from overheard.words.scenario import Attempt
from overheard.words.services import Service
from overheard_services.client.client_files import ClientFiles
from overheard_services.client.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from ca.process import CaProcess
    from services.server.process import Server

MESSAGE = "fluffy tail"


@dataclass(frozen=True)
class Place:
    """`folder` is the client's own, and `shared_key` the file with the key that it shares with the server."""

    ca: CaProcess
    server: Server
    shared_key: Path
    folder: Path

    def for_client_in(self, folder: Path) -> Place:
        """The same for another client, with empty folders."""
        for name in ("credentials", "gallery", "keys", "walk"):
            (folder / name).mkdir()
        (folder / "token").write_text("the token of the capture API\n")
        return replace(self, folder=folder)

    def service(self, name: str) -> Service:
        """One of the server's services, at its address here."""
        service = Service("http" if name == "http" else "https", "localhost", self.server.ports[name])
        assert service.url == self.server.url(name)
        return service

    def settings(self, **changed: Any) -> Settings:  # noqa: ANN401  (any of the settings)
        """The client's settings."""
        defaults = Settings(
            scenarios=(),
            message=MESSAGE,
            awaits=(),
            ca_url=self.ca.url,
            handover=self.ca.handover / "client",
            acorn=self.ca.handover / "acorn",
            credentials=self.folder / "credentials",
            gallery=self.folder / "gallery",
            impostor=None,
            secret_key="",
            shared_key_file=self.shared_key,
            capture_url="http://127.0.0.1:1",
            capture_token_file=self.folder / "token",
            keys=self.folder / "keys",
            output="text",
            run="mine",
        )
        return replace(defaults, **changed)

    def gather(self, **changed: Any) -> ClientFiles:  # noqa: ANN401  (any of the settings)
        """What the client then has."""
        return ClientFiles.gather(self.settings(**changed), self.folder / "walk")

    def message_keys(self) -> list[str]:
        """The keys of the application's own encryption that it has saved."""
        return (self.folder / "keys" / "mine" / "message.keys").read_text().splitlines()


def attempt(service: Service, **how: Any) -> Attempt:  # noqa: ANN401  (any field of an attempt)
    """An attempt whose name does not matter."""
    return Attempt("an attempt", service, **how)
