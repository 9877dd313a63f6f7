"""Capture files: pcap and pcapng, compressed or not, one or many, read in pieces of bounded size.

A promise: it yields frames as they were captured and the recorder's own metadata, and dissects no frame.
"""
