"""The source distribution has all that a wheel needs; wheels have the compiled part, or are pure Python."""

from __future__ import annotations

import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from install.building import build_wheel
from processes import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


# What the page is made of.
PAGE = (".html", ".css", ".js")


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def libraries(wheel: Path) -> list[str]:
    return [
        name for name in names_in(wheel) if not name.endswith((".py", ".c", ".cnf", *PAGE)) and "dist-info" not in name
    ]


def metadata(wheel: Path, file: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(f".dist-info/{file}"))
        return archive.read(name).decode()


def test_the_source_distribution_is_complete_and_has_nothing_compiled(source: Path) -> None:
    for name in ("LICENSE", "README.md", "hatch_build.py", "capture/overheard_capture/native/core.c"):
        assert (source / name).is_file()
    assert list(source.rglob("*.so")) == []


@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
def test_with_a_compiler_the_wheel_is_for_this_platform_and_every_python(wheel: Path) -> None:
    (library,) = libraries(wheel)
    assert re.fullmatch(r"overheard_capture/native/core-[0-9a-f]+-\w+\.so", library)
    assert re.search(r"-py3-none-(linux|macosx)_\w+\.whl$", wheel.name)
    assert "Root-Is-Purelib: false" in metadata(wheel, "WHEEL")


def test_without_a_compiler_the_wheel_is_pure_python(source: Path, tmp_path: Path) -> None:
    wheel = build_wheel(source, tmp_path, CC="no-such-compiler")
    assert libraries(wheel) == []
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "Root-Is-Purelib: true" in metadata(wheel, "WHEEL")


def test_the_page_is_in_it(wheel: Path) -> None:
    folder = PROJECT / "capture" / "overheard_capture" / "page"
    made_of = {file.relative_to(PROJECT / "capture").as_posix() for file in folder.rglob("*") if file.suffix in PAGE}
    assert made_of
    assert made_of <= set(names_in(wheel))


def test_no_newer_python_is_excluded(wheel: Path) -> None:
    assert "\nRequires-Python: >=3.11\n" in metadata(wheel, "METADATA")


def test_a_plain_installation_gets_no_server_and_no_dissector(wheel: Path) -> None:
    needed = re.findall(r"^Requires-Dist: (?!.*extra ==)([\w.-]+)", metadata(wheel, "METADATA"), re.MULTILINE)
    assert {"brotli", "cryptography", "hpack", "rich"} <= set(needed)
    assert not {"flask", "gunicorn", "pyshark", "requests", "mitmproxy"} & set(needed)
