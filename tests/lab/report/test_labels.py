"""Labels: the texts that people read for codes. No decision depends on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from capture.frames import exchange, rewritten
from lab.report.scans import PLAIN
from overheard.command import scanning
from overheard.command.main import _parser
from overheard.report import labels
from overheard.report.labels import how, label
from overheard.words.layer import Layer

if TYPE_CHECKING:
    import pytest

VALUE = b"correct horse battery"


class Reworded(dict[str, str]):
    """Has another label for every code."""

    def get(self, code: str, _default: object = None) -> str:
        return f"<{code[::-1]}>"


def scanned(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    secret = path.with_name("secret.txt")
    secret.write_bytes(VALUE)
    arguments = ["scan", str(path), "--secret-file", f"s={secret}", "--vouch", "whole", "--vouch", "sent", *options]
    return scanning.scan(_parser().parse_args(arguments)), capsys.readouterr().out


def test_a_code_without_a_label_is_its_own_label() -> None:
    assert (label("gzip"), label("br")) == ("gzip", "Brotli")
    assert how(replace(PLAIN, layers=(Layer("chunked"), Layer("br")))) == "plainly, in Brotli, in chunked"


def test_changing_every_label_changes_texts_and_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = {"seen": VALUE, "absent": b"nothing of it", "opaque": bytes(range(256))}
    for name, body in answers.items():
        frames = exchange([b"GET / HTTP/1.1\r\n\r\n"], [b"HTTP/1.1 200 OK\r\n\r\n" + body])
        path = rewritten(tmp_path / f"{name}.pcapng", frames)
        monkeypatch.setattr(labels, "LABELS", {})
        code, text = scanned(path, capsys)
        _, data = scanned(path, capsys, "--json")
        monkeypatch.setattr(labels, "LABELS", Reworded())
        assert (scanned(path, capsys)[0], scanned(path, capsys, "--json")) == (code, (code, data))
        assert code == {"seen": 1, "absent": 0, "opaque": 2}[name]
        assert scanned(path, capsys)[1] != text
