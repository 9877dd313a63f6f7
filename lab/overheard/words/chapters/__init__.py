"""What the scenarios teach, in words: a module a part, as in `overheard.words.story`, and in it a chapter a scenario.

A promise: nothing in here is done, only told. What it tells is checked where it can be, breaking included.
"""
