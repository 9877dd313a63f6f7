"""Text from outside, safe to print."""


def printable(text: str) -> str:
    """`text` with unprintable characters escaped: its author chose them, and terminals obey them."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
