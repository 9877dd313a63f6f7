"""One pass over a capture: frames are assigned to flows, flows are read, and the results are summed up.

Memory is bounded for captures of any length, and everything that is left out is reported with the reason.
"""
