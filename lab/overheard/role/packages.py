"""The Python packages that a plain installation does not include: those of the extras `lab`, `ca` and `sidecar`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from overheard.words.errors import INSTALL_CA, INSTALL_LAB, INSTALL_SIDECAR, NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Sequence

_OF_THE_SIDECAR = "prometheus_client"
_OF_THE_CA = ("dns", "flask", "gunicorn", "josepy")
# Its CA speaks ACME, and so does its server.
_OF_THE_LAB = ("acme", "dns", "flask", "gunicorn", "josepy", "pyshark", "requests")
# pyshark does not work with this version of Python and later ones, and the extra does not include it there.
_TOO_NEW = (3, 14)


def check_for_lab() -> None:
    """Raise NotInstalledError if a package of the lab is missing."""
    if missing := [name for name in _OF_THE_LAB if find_spec(name) is None]:
        raise _not_installed(missing)


def check_for_sidecar() -> None:
    """Raise NotInstalledError if the package of the sidecar is missing."""
    if find_spec(_OF_THE_SIDECAR) is None:
        raise NotInstalledError(
            f"the sidecar's Python package is not installed ({_OF_THE_SIDECAR}); run: {INSTALL_SIDECAR}"
        )


def check_for_ca() -> None:
    """Raise NotInstalledError if a package that the CA needs to serve is missing."""
    if missing := [name for name in _OF_THE_CA if find_spec(name) is None]:
        raise NotInstalledError(f"the CA's Python packages are not installed ({', '.join(missing)}); run: {INSTALL_CA}")


def without(error: ModuleNotFoundError) -> NotInstalledError | None:
    """The error for users if a module was not found; None for a module of this project, which is a bug."""
    name = (error.name or "").partition(".")[0]
    if name.startswith("overheard") or not name:
        return None
    if name in _OF_THE_LAB:
        return _not_installed([name])
    return NotInstalledError(f"this Python does not have the module {name}, which is needed here")


def _not_installed(names: Sequence[str]) -> NotInstalledError:
    said = f"the lab's Python packages are not installed ({', '.join(names)}); run: {INSTALL_LAB}"
    if "pyshark" in names and sys.version_info >= _TOO_NEW:
        said += ", with Python 3.11 to 3.13, because pyshark does not support later versions"
    return NotInstalledError(said)
