"""IPsec: IKEv2 (RFC 7296) and ESP (RFC 4303), alone and in UDP (RFC 3948)."""
