"""The capture sidecar: the recorder, the reader and the judge.

It is the eavesdropper of the story, and the witness of the verdict.
"""
