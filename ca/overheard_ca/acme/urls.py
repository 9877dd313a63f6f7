"""The addresses of the resources."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/acme"


@dataclass(frozen=True)
class Urls:
    """The addresses as a client sees them, who reached the CA at `base`, such as https://localhost:8443."""

    base: str

    def of(self, resource: str, identifier: str = "") -> str:
        """The address of a resource."""
        return f"{self.base}{PREFIX}/{resource}" + (f"/{identifier}" if identifier else "")

    def identifier(self, resource: str, url: str) -> str | None:
        """The identifier of the resource at `url`; None if it is another kind of resource, or another CA's."""
        start = self.of(resource) + "/"
        return url.removeprefix(start) if url.startswith(start) else None
