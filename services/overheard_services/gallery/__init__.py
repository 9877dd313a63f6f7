"""The gallery's servers: a port for each way for HTTPS to fail, and a careless authority that makes it possible.

What is special about a row is in `recipes`; everything else is the same for all rows.
"""
