"""Compression: a file an algorithm or a library, undone as the bytes come.

A promise: what comes out is bounded by what went in, and is handed on as soon as it can be read.
"""
