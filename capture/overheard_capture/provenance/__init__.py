"""Provenance: which frame of the capture brought each byte, kept while bytes are queued, cut and joined.

A promise: what is asked for a byte names the frame and the offset in it, whatever was done to the bytes since.
"""
