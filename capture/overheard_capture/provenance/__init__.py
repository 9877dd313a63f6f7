"""Provenance: which frame of the capture carried each byte, kept while bytes are queued, cut and joined.

A promise: every byte can be traced to its frame and its offset there, through every queue and decoder.
"""
