"""Provenance: which frame of the capture carried each byte, kept while bytes are queued, cut and joined.

A promise: every byte can be traced to its frame and its offset there, whatever was done to the bytes since.
"""
