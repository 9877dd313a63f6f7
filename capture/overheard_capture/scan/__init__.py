"""One pass over a capture: frames are assigned to flows, flows are read, and the results are summed up.

Memory is bounded, however long the capture is; and nothing is left out without a reason in the report.
"""
