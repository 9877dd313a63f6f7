"""Programs of Wireshark: tshark, mergecap and pyshark. No other folder starts them, except dumpcap in `sidecar/`."""
