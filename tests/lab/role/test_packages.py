"""What a plain installation does not include, and the error for it."""

from __future__ import annotations

import pytest

from overheard.role import packages
from overheard.words.errors import NotInstalledError


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name in names else name)


def test_nothing_is_raised_if_all_is_installed() -> None:
    packages.check_for_lab()
    packages.check_for_sidecar()


def test_the_sidecar_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "prometheus_client")
    with pytest.raises(NotInstalledError, match=r"\(prometheus_client\); run: pip install 'overheard\[sidecar\]'$"):
        packages.check_for_sidecar()


def test_all_missing_packages_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "flask", "gunicorn", "requests")
    with pytest.raises(NotInstalledError) as caught:
        packages.check_for_lab()
    said = "the lab's Python packages are not installed (flask, gunicorn, requests); run: pip install 'overheard[lab]'"
    assert str(caught.value) == said


@pytest.mark.parametrize(("version", "mentioned"), [((3, 13, 9), False), ((3, 14, 0), True), ((3, 15, 1), True)])
def test_where_pyshark_does_not_work_the_error_names_the_versions_of_python(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], *, mentioned: bool
) -> None:
    without(monkeypatch, "pyshark")
    monkeypatch.setattr("sys.version_info", version)
    with pytest.raises(NotInstalledError) as caught:
        packages.check_for_lab()
    assert str(caught.value).endswith("later versions") is mentioned
    assert len(str(caught.value).splitlines()) == 1
