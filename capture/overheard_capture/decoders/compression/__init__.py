"""Decompression of content as it arrives, with one file per algorithm or library.

A promise: the output is bounded by the input, and delivered as soon as it can be read.
"""
