"""Decoders: compression, base64, archives, mail, character sets. None of them needs the state of a conversation.

A promise: a decoder raises no exception for any input, and its result does not depend on how they are split.

What has a declared type has a reader in `registry`. Anything else is `untyped`: in one piece `short`, and as a
direction of unknown protocol `fallback`. `whole` is for documents that must be complete, `values` for what a protocol
has outside bodies, `unsigned` for what was written as text and has no signature, and `messages` for many short
messages, in which `message_values` finds what to join.
"""
