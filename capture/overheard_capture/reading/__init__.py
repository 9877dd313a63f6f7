"""Reads captures: files of any common kind, compressed or not, one or many, in pieces of bounded size.

It gives the frames as they were captured and what the recorder wrote about itself, and looks into no frame.
"""
