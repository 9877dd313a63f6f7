"""JSON as text that may go anywhere: to a file, a terminal, or the log of a CI job."""

from __future__ import annotations

import json
import re

# What is not ASCII or not to be seen; and where a command of a CI system may begin (see `overheard.words.escaping`),
# which can be in strings only.
_TO_ESCAPE = re.compile(r"[^\n -~]|#(?=#)")


def as_json(data: object) -> str:
    r"""`data` as JSON in ASCII, whatever the encoding of the output; texts in it stay what they are.

    The exception is a byte in the name of a file that is no UTF-8: for it Python has half of a surrogate pair, which
    strict readers of JSON refuse (RFC 8259, 8.2). It becomes the text of its escape sequence, such as `\udcff`.
    """
    return _TO_ESCAPE.sub(_escape, json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    if "\ud800" <= sign <= "\udfff":
        return f"\\\\u{ord(sign):04x}"
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
