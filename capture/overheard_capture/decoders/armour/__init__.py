"""Bytes written as text in other ways than base64: hexadecimal, base32, uuencode, base85, found in text and decoded."""
