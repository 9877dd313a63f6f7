"""Capture files: pcap and pcapng of any common kind, compressed or not, one or many, read in pieces of bounded size.

It gives the frames as they were captured and what the recorder wrote about itself, and looks into no frame.
"""
