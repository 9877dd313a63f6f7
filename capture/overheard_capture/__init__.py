"""The capture role: recorder, reader and judge.

In the story it is the eavesdropper; for the verdict it is the witness.
"""
