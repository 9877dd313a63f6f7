"""The secrets in files, which may change while the sidecar runs: values that were replaced are looked for, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.witness.redaction import Redactor
from overheard.witness.secret_files import mounted
from overheard.words.errors import SettingsError
from overheard.words.secret import Secret
from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# What stands behind the name of a secret for another value of it.
_NEW, _OLD = "new", "old"
_OTHER_VALUE = re.compile(rf" \((?:{_NEW}|{_OLD}(?: [0-9]+)?)\)\Z")


def name_of(name: str) -> str:
    """The name of a secret, whichever of its values this name is for."""
    return _OTHER_VALUE.sub("", name)


def secrets_in(paths: Sequence[Path]) -> list[Secret]:
    """The secrets as they are now, by names that may be shown. Raises SettingsError."""
    secrets = mounted(paths)
    for secret in secrets:
        if name_of(secret.name) != secret.name:
            raise SettingsError(
                f"the name {secret.name!r} is that of another value of {name_of(secret.name)!r}",
                hint="give it a name without (new) or (old) at its end",
            )
    Redactor(secrets).check_names()
    return secrets


class ChangingSecrets:
    """The secrets of each window."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._known: Sequence[Secret] = ()
        self._of_last: Sequence[Secret] = ()
        self._faults: list[Check] = []

    def read(self) -> Sequence[Secret]:
        """Those that are there now; if they cannot be read, those that were."""
        try:
            self._known = secrets_in(self._paths)
        except SettingsError as problem:
            check = Check(Rule.WHOLE, "secrets", holds=False, says=str(problem.args[0]), hint=problem.hint)
            self._faults.append(check)
        return self._known

    def of_window(self, at_its_beginning: Sequence[Secret]) -> list[Secret]:
        """Those of a window that ends: at its beginning and now, and values replaced in the window before it.

        What is carried on from that one may have the first half of such a value.
        """
        current = _all_of(at_its_beginning, self.read())
        secrets = [*current, *_replaced(self._of_last, current)]
        self._of_last = current
        return secrets

    def faults(self) -> list[Check]:
        """What hindered reading them since the last call, once each."""
        faults, self._faults = [*dict.fromkeys(self._faults)], []
        return faults


def _all_of(before: Sequence[Secret], after: Sequence[Secret]) -> list[Secret]:
    """Those before, and those after that are others."""
    values = {secret.name: secret.value for secret in before}
    changed = [each for each in after if each.name in values and values[each.name] != each.value]
    added = [each for each in after if each.name not in values]
    return [*before, *added, *(Secret(f"{each.name} ({_NEW})", each.value) for each in changed)]


def _replaced(before: Iterable[Secret], current: Sequence[Secret]) -> Iterator[Secret]:
    """The values before of secrets that have others now."""
    known = {(name_of(each.name), each.value) for each in current}
    counts = {name: 0 for name, _ in known}
    for name, value in ((name_of(each.name), each.value) for each in before):
        if name in counts and (name, value) not in known:
            counts[name] += 1
            yield Secret(f"{name} ({_OLD})" if counts[name] == 1 else f"{name} ({_OLD} {counts[name]})", value)
