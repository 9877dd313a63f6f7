"""One pass over a capture: frames become flows, flows become contents, and what was found and read is added up.

A promise: what is kept at a time is bounded, however long the capture; and nothing is left out without a reason.
"""
