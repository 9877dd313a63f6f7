"""Dumps of hexdump, od, xxd and gdb, in each of their formats: what they show is read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, outcome, played, seen
from overheard_capture.decoders import line_blocks
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Grüße, ".encode() + b"the words are\n" + VALUE + b", and so on\t(\\)"
PROGRAMS = {
    **{f"hexdump {each}".strip(): "hex" for each in ("", "-x", "-C")},
    "hexdump -b": "octal",
    "hexdump -o": "octal",
    "hexdump -d": "decimal",
    "hexdump -c": "character",
    **{f"od {each}": "hex" for each in ("-x", "-tx1", "-tx4", "-tx8", "-Ax -tx2", "-An -x", "-An -tx4", "-tx4z")},
    **{f"od {each}".strip(): "octal" for each in ("", "-b", "-to4", "-to8", "-to1z", "-An")},
    **{f"od {each}": "decimal" for each in ("-d", "-tu1", "-td1", "-tu4", "-td8", "-Ad -td2", "-w32 -d")},
    "od -c": "character",
    "od -a": "character",
    "od -Ax -c": "character",
    **{f"xxd {each}".strip(): "hex" for each in ("", "-e", "-e -g 2", "-e -g 8", "-g 1", "-c 8", "-u")},
    "xxd -b": "binary",
    "xxd -b -c 8": "binary",
}
SHORT = b"say: " + VALUE


def dump(command: str, data: bytes = TEXT) -> bytes:
    if not shutil.which(command.split(maxsplit=1)[0]):
        pytest.skip(f"{command.split(maxsplit=1)[0]} is not installed")
    # od knows no characters of several bytes here.
    return subprocess.run(command.split(), input=data, capture_output=True, check=True, env={"LC_ALL": "C"}).stdout


@for_each(name=PROGRAMS)
def test_each_format_of_a_program_is_read_however_it_is_cut(name: str) -> None:
    rows = dump(name)
    layer = (f"{PROGRAMS[name]} dump",)
    for text in (rows, b"It was:\n" + rows + b"\nand that is all\n"):
        findings = played(untyped, text)
        assert layer in seen(findings)
        assert not findings.unread
        for size in (1, 9, 60) if text is rows else (9, 60):
            assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings), size


@for_each(name=[each for each in PROGRAMS if "-An" not in each])
def test_a_dump_may_be_in_a_string_and_in_a_message(name: str) -> None:
    layer, rows = f"{PROGRAMS[name]} dump", dump(name)
    assert (layer,) in seen(played(ShortReader, rows))
    text = json.dumps({"id": 7, "dump": rows.decode(), "ok": True}).encode()
    assert ("string escapes", layer) in seen(played(untyped, text))


@for_each(name=PROGRAMS)
def test_the_last_row_may_have_any_length(name: str) -> None:
    """Of words, too: a part of one may be alone."""
    for before in range(16):
        assert (f"{PROGRAMS[name]} dump",) in seen(played(untyped, dump(name, b"x" * (16 + before) + VALUE))), before


@pytest.mark.parametrize("name", ["hexdump", "od", "od -d", "od -tx8", "od -c", "hexdump -c"])
def test_a_dump_may_have_one_row(name: str) -> None:
    rows = dump(name, VALUE[:16])
    assert rows.count(b"\n") == 2
    assert seen(played(untyped, rows)) == {(f"{PROGRAMS[name]} dump",)}


@for_each(
    name=["xxd", "xxd -g 1", "hexdump -C", "od -Ax -tx1"],
    before=[b'alice\t"', b"note: ", b"id=7 "],
    blanks=[b" ", b"    ", b"\t"],
)
def test_the_first_row_may_be_behind_something_and_all_be_indented(name: str, before: bytes, blanks: bytes) -> None:
    """As a dump in a table in YAML is."""
    for value in (VALUE, VALUE.swapcase()):
        rows = before + dump(name, b"password=" + value)
        text = b"note: |\n" + b"".join(blanks + row + b"\n" for row in rows.splitlines()) + b"other: none\n"
        findings = played(untyped, text)
        assert (("hex dump",) in seen(findings)) == (value == VALUE)
        assert not findings.unread
        assert outcome(played(untyped, text, range(0, len(text), 9))) == outcome(findings)


def test_lines_that_are_left_out_end_a_dump_and_another_begins() -> None:
    rows = dump("od", b"=" * 64 + TEXT)
    assert b"\n*\n" in rows
    assert ("octal dump",) in seen(played(untyped, rows))


GDB = {
    "xb": "hex",
    "xh": "hex",
    "xw": "hex",
    "xg": "hex",
    "c": "decimal",
    "db": "decimal",
    "ob": "octal",
    "tb": "binary",
}


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What gdb prints of an initialised array, in each format."""
    folder: Path = tmp_path_factory.mktemp("gdb")
    for program in ("gdb", "gcc"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    text = SHORT.ljust(24)
    source = f"char words[] = {{{','.join(map(str, text))}}}; int main(void) {{ return 0; }}"
    (folder / "a.c").write_text(source)
    subprocess.run(["gcc", "-g", "-o", "a", "a.c"], cwd=folder, check=True)
    counts = {form: len(text) // {"h": 2, "w": 4, "g": 8}.get(form[-1], 1) for form in GDB}
    printed = {}
    for form, count in counts.items():
        command = ["gdb", "-batch", "-nx", "a", "-ex", f"x/{count}{form} &words"]
        out = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
        printed[form] = b"".join(re.findall(rb"0x.*\n", out))
    return printed


@pytest.mark.slow
@pytest.mark.parametrize("form", GDB)
def test_what_gdb_shows_of_memory_is_read(examined: dict[str, bytes], form: str) -> None:
    layer = f"{GDB[form]} dump"
    assert (layer,) in seen(played(untyped, examined[form]))
    text = json.dumps({"memory": examined[form].decode()}).encode()
    assert ("string escapes", layer) in seen(played(untyped, text))


LOOK_ALIKES = {
    "a table": b"".join(b"%06d %5d %5d %5d\n" % (each, 7 * each, 31 * each, 3) for each in range(60)),
    "an indented table": b"".join(b"  %d  %d\n" % (1900 + each, 2000 + each) for each in range(60)),
    "a listing": b"".join(b"0x%08x <f+%d>:\tmov eax, %d\n" % (4096 + each, each, each) for each in range(60)),
    "other words": None,
}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_a_dump_adds_nothing(name: str, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        monkeypatch.setattr(line_blocks, "core", lambda: None)
    text = LOOK_ALIKES[name] or dump("od", TEXT.replace(VALUE, VALUE[::-1].swapcase()))
    findings = played(untyped, text)
    assert not findings.sightings
    assert not findings.unread
    assert outcome(played(untyped, text, range(0, len(text), 7))) == outcome(findings)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_compiled_part_finds_where_dumps_may_begin_as_python_does(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"It was:\n" + dump(name)
    findings = played(untyped, text)
    monkeypatch.setattr(line_blocks, "core", lambda: None)
    assert outcome(played(untyped, text)) == outcome(findings)
