"""Who talked with whom: the packets of a capture put together to what each side said, as they come.

A promise: what is kept at a time is bounded, however much was said; and nothing is left out without a word.
"""
