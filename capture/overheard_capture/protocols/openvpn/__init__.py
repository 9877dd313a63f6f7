"""OpenVPN (https://openvpn.net/community-resources/openvpn-protocol): TLS in a control channel, and a data channel."""
