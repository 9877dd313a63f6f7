"""The capture role and the judge: the recorder, the reader of captures, and the verdicts.

It is the eavesdropper of the story, and the witness of the verdict.
"""
