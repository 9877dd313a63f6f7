"""The capture role and the judge: the recorder, the reader of captures, and the verdicts.

In the story it is the eavesdropper; for the verdict it is the witness.
"""
