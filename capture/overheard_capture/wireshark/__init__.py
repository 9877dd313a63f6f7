"""All that runs the programs of Wireshark: tshark, mergecap, capinfos and pyshark. Nothing else starts them."""
