"""Everything that runs Wireshark's programs (tshark, mergecap, capinfos) or pyshark. Nothing else starts them."""
