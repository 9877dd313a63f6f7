"""Bytes written as text in other ways than base64: hexadecimal, base32, base58, base85, uuencode, found and decoded.

`codings` has those that may stand anywhere in text: `runs` looks for them, and `finder` decodes them. `line_codings`
has those that a mark begins, which `lines` finds. `escapes` unescapes text in which one of them stands.
"""
