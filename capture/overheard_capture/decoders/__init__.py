"""Decoders: compression, base64, archives, mail, character sets. None of them needs the state of a conversation.

A promise: a decoder raises no exception for any input, and its result does not depend on how they are split.
"""
