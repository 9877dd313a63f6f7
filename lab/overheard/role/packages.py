"""The packages that the lab needs and a plain installation does not bring: those of the extra `lab`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from overheard.words.errors import INSTALL_LAB, NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Sequence

_OF_THE_LAB = ("flask", "gunicorn", "pyshark", "requests")
# From this version of Python on pyshark does not work, and the extra leaves it out.
_TOO_NEW = (3, 14)


def check_for_lab() -> None:
    """Raise NotInstalledError where a package of the lab is missing."""
    if missing := [name for name in _OF_THE_LAB if find_spec(name) is None]:
        raise _not_installed(missing)


def without(error: ModuleNotFoundError) -> NotInstalledError:
    """What to tell a user of a module that was not found. Raises the error where it is ours: that is a fault."""
    name = (error.name or "").partition(".")[0]
    if name.startswith("overheard") or not name:
        raise error
    if name in _OF_THE_LAB:
        return _not_installed([name])
    return NotInstalledError(f"this Python does not have the module {name}, which is needed here")


def _not_installed(names: Sequence[str]) -> NotInstalledError:
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    said = f"the lab needs {listed}, not installed here: {INSTALL_LAB}"
    if "pyshark" in names and sys.version_info >= _TOO_NEW:
        said += ", with Python 3.11 to 3.13, as pyshark works with none that is newer"
    return NotInstalledError(said)
