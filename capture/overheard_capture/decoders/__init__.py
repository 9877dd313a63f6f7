"""Decoders of encodings that need no conversation: compression, base64, archives, mail, character sets.

A promise: a decoder raises nothing, whatever the bytes are, and its result does not depend on how they were cut.
"""
