"""The output as a picture. It asks no other machine for anything: fonts are those that the reader has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Wide enough for a hex dump and the table, and narrow enough to be read on a web page.
WIDTH = 120

# As rich's own, without the fonts that it would fetch from the web. rich gives every text its width, so that columns
# stay in line whatever the font.
_FORMAT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(out: Console, title: str) -> str:
    """All that was printed on `out`, which must have recorded it, as SVG."""
    return out.export_svg(title=title, code_format=_FORMAT, unique_id="overheard")
