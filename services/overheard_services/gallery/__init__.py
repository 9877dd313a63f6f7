"""The gallery's server: a port for each way for HTTPS to fail, and a careless authority that makes it possible.

A promise: what a row does differently stands in `recipes`; all else is done alike for all of them.
"""
