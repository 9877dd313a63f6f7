"""Everything that runs Wireshark's programs (tshark, mergecap) or pyshark. Nothing else starts them."""
