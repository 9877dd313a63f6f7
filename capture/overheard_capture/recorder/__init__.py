"""The recorder: runs dumpcap, marks where a recording begins and ends, and writes notes on it."""
