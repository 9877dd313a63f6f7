"""Draw the pictures of the README from a real run: `make pictures`, in the checkout.

`demo.svg` is a recording of the terminal in which `make capture-demo` runs, `run.svg` a picture of what `overheard run`
prints, and `page-light.png` and `page-dark.png` show the page of that demo in Chromium. ENGINE chooses the engine.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from io import StringIO
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pyte
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.style import Style
from rich.text import Text

from overheard.report.picture import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import ViewportSize

DOCS = Path(__file__).parent
DEMO = "make capture-demo"
# How the demo ends in a terminal: with a page that is served until Ctrl-C.
STAYS, CTRL_C = "Ctrl-C ends it", b"\x03"
# More than the demo prints, so that nothing scrolls away.
ROWS = 60
# How long a screen stays, in seconds: the least and the most, and the last one, which is to be read.
BRIEF, LONG, END = 0.25, 0.8, 8.0
AT_ONCE = 0.15
SPINNER = re.compile("[\N{BRAILLE PATTERN BLANK}-\N{BRAILLE PATTERN DOTS-12345678}]")
# pyte has the names of VGA's colours, rich those of ANSI's.
COLOURS = {"brown": "yellow"}
# What `overheard run` shows in a picture.
DETAILS = ("substitution",)
# Debian's. What the picture of the page shows: the chapter, and what is at its top.
CHROMIUM = "/usr/bin/chromium"
CHAPTER, HEADING = "https", "The response"
WINDOW: ViewportSize = {"width": 1280, "height": 600}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_PARTS = ("styles", "lines", "matrix", "chrome", "width", "height", "terminal_x", "terminal_y")
_BETWEEN = "\x1e"
_LINE_END = re.compile(r"<text[^>]*>\n</text>")
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.screen {{ font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 20px; }}
.overheard-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
.screen {{ visibility: hidden }}
.screen:last-of-type {{ visibility: visible }}
{styles}
@media (prefers-reduced-motion: no-preference) {{
{animation}
}}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{screens}
</g>
</svg>
"""


class Screen(NamedTuple):
    """What a terminal shows from `begin` on, in seconds: its rows, without those at the end that are empty."""

    begin: float
    rows: list[Text]

    @property
    def text(self) -> str:
        """Its text, in which a spinner stands still."""
        return SPINNER.sub(" ", "\n".join(row.plain.rstrip() for row in self.rows))


def recorded(command: Sequence[str], typed: str) -> list[Screen]:
    """Each state of a terminal in which a command is typed, until it ends, or stays.

    Raises CalledProcessError if it fails.
    """
    terminal = pyte.Screen(WIDTH, ROWS)
    stream = pyte.ByteStream(terminal)
    stream.feed(f"$ {typed}\r\n".encode())
    screens = [Screen(0.0, _rows(terminal))]
    process, master = pty.fork()
    if not process:
        os.environ["TERM"] = "xterm-256color"
        # Otherwise a make within make says where it is.
        for name in ("MAKEFLAGS", "MAKELEVEL"):
            os.environ.pop(name, None)
        os.execvp(command[0], [*command])  # noqa: S606  (from a list of arguments)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, WIDTH, 0, 0))
    began = time.monotonic()
    for said in _said(master):
        stream.feed(said)
        screen = Screen(time.monotonic() - began, _rows(terminal))
        if screen.text != screens[-1].text:
            # What is written at once is read in pieces.
            if len(screens) > 1 and screen.begin - screens[-1].begin < AT_ONCE:
                screens.pop()
            screens.append(screen)
            if STAYS in screen.text:
                os.write(master, CTRL_C)
                break
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    # Ctrl-C ends make, too.
    if status not in ((0, -signal.SIGINT) if STAYS in screens[-1].text else (0,)):
        raise subprocess.CalledProcessError(status, command)
    os.close(master)
    return screens


def _said(master: int) -> Iterator[bytes]:
    """What is written to a terminal. When nobody has it open any more, that is an error of the system."""
    while True:
        try:
            yield os.read(master, 1 << 16)
        except OSError:
            return


def _rows(terminal: pyte.Screen) -> list[Text]:
    rows = []
    for y in range(ROWS):
        cells = groupby((terminal.buffer[y][x] for x in range(WIDTH)), lambda cell: (cell.fg, cell.bold))
        row = Text(end="", no_wrap=True)
        for (colour, bold), group in cells:
            row.append("".join(cell.data for cell in group), Style(color=COLOURS.get(colour, colour), bold=bold))
        row.rstrip()
        rows.append(row)
    while rows and not rows[-1].plain:
        rows.pop()
    return rows


def animated(screens: Sequence[Screen], title: str) -> str:
    """A recording as a picture, which repeats itself. To those who want no motion it shows the last screen."""
    height = max(len(screen.rows) for screen in screens)
    drawn = [_drawn(screen, number, height, title) for number, screen in enumerate(screens)]
    stays = [min(max(after.begin - each.begin, BRIEF), LONG) for each, after in pairwise(screens)] + [END]
    animation, shown = [], 0.0
    for number, seconds in enumerate(stays):
        begin, shown = shown, shown + seconds
        steps = f"{_percent(begin, stays)} {{ visibility: visible }} {_percent(shown, stays)} {{ visibility: hidden }}"
        first = "0% { visibility: hidden } " if number else ""
        animation.append(f"@keyframes screen-{number} {{ {first}{steps} }}")
        animation.append(f"#screen-{number} {{ animation: screen-{number} {sum(stays):.2f}s step-end infinite }}")
    groups = (f'<g class="screen" id="screen-{number}">{each["matrix"]}</g>' for number, each in enumerate(drawn))
    styles = "\n".join(each["styles"] for each in drawn)
    return _SVG.format(**{**drawn[-1], "styles": styles}, animation="\n".join(animation), screens="\n".join(groups))


def _percent(seconds: float, stays: Sequence[float]) -> str:
    return f"{100 * seconds / sum(stays):.2f}%"


def _drawn(screen: Screen, number: int, height: int, title: str) -> dict[str, str]:
    """The parts of rich's picture of a screen. Each has its own classes, and all have the same lines to be cut at."""
    out = Console(record=True, width=WIDTH, height=height, file=StringIO())
    out.print(*screen.rows, *[""] * (height - len(screen.rows)), sep="\n")
    template = _BETWEEN.join(f"{{{part}}}" for part in _PARTS)
    parts = out.export_svg(title=title, code_format=template, unique_id=f"screen-{number}").split(_BETWEEN)
    cut = re.compile(rf"screen-{number}-(line|title)")
    return {name: _LINE_END.sub("", cut.sub(r"overheard-\1", part)) for name, part in zip(_PARTS, parts, strict=True)}


def draw_page(run: Path) -> None:
    """Draw the page of a run, light and dark, where it shows the same response by HTTP and by HTTPS."""
    command = [sys.executable, "-m", "overheard", "page", run.name, "--runs", str(run.parent), "--port", "0"]
    with sync_playwright() as playwright, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        (url,) = re.findall(r"http://\S+", server.stdout.readline() if server.stdout else "")
        # Root has no sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme in SCHEMES:
            page = browser.new_page(viewport=WINDOW, color_scheme=scheme)
            page.goto(url + CHAPTER)
            page.get_by_role("heading", name=HEADING, exact=True).evaluate("heading => heading.scrollIntoView()")
            page.screenshot(path=DOCS / f"page-{scheme}.png")
        browser.close()
        server.terminate()


def main() -> None:
    """Draw them all."""
    runs = Path("runs").absolute()
    (DOCS / "demo.svg").write_text(animated(recorded(DEMO.split(), DEMO), DEMO), encoding="utf-8")
    draw_page(max(runs.iterdir()))
    command = [sys.executable, "-m", "overheard", "run", *DETAILS, "--svg", str(DOCS / "run.svg"), "--no-page"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
