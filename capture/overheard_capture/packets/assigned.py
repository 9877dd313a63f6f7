"""Assigned numbers of link types, ethertypes, PPP and IP protocols, under their libpcap names.

They are not an Enum, because its lookup is too slow.
"""

from __future__ import annotations

from typing import Final

# The one link type that is asked for in several places; all others are rows of `link_types.LINK_TYPES`.
LINKTYPE_ETHERNET: Final = 1

# Ethertypes (https://www.iana.org/assignments/ieee-802-numbers), and the one used for 802.1ad before it had its own.
ETHERTYPE_IP: Final = 0x0800
ETHERTYPE_ARP: Final = 0x0806
ETHERTYPE_TEB: Final = 0x6558
ETHERTYPE_REVARP: Final = 0x8035
ETHERTYPE_8021Q: Final = 0x8100
ETHERTYPE_IPV6: Final = 0x86DD
ETHERTYPE_PPP: Final = 0x880B
ETHERTYPE_MPLS: Final = 0x8847
ETHERTYPE_MPLS_MULTI: Final = 0x8848
ETHERTYPE_PPPOED: Final = 0x8863
ETHERTYPE_PPPOES: Final = 0x8864
ETHERTYPE_8021AD: Final = 0x88A8
ETHERTYPE_ERSPAN: Final = 0x88BE
ETHERTYPE_LLDP: Final = 0x88CC
ETHERTYPE_8021Q9100: Final = 0x9100

# Protocols of PPP (https://www.iana.org/assignments/ppp-numbers).
PPP_IP: Final = 0x0021
PPP_IPV6: Final = 0x0057
PPP_MPLS_UCAST: Final = 0x0281
PPP_MPLS_MCAST: Final = 0x0283
PPP_IPCP: Final = 0x8021
PPP_IPV6CP: Final = 0x8057
PPP_LCP: Final = 0xC021

# Protocols of IP (https://www.iana.org/assignments/protocol-numbers).
IPPROTO_HOPOPTS: Final = 0
IPPROTO_ICMP: Final = 1
IPPROTO_IGMP: Final = 2
IPPROTO_IPV4: Final = 4
IPPROTO_TCP: Final = 6
IPPROTO_UDP: Final = 17
IPPROTO_IPV6: Final = 41
IPPROTO_ROUTING: Final = 43
IPPROTO_FRAGMENT: Final = 44
IPPROTO_GRE: Final = 47
IPPROTO_ESP: Final = 50
IPPROTO_AH: Final = 51
IPPROTO_ICMPV6: Final = 58
IPPROTO_NONE: Final = 59
IPPROTO_DSTOPTS: Final = 60
IPPROTO_OSPF: Final = 89
IPPROTO_ETHERIP: Final = 97
IPPROTO_IPCOMP: Final = 108
IPPROTO_L2TP: Final = 115
IPPROTO_SCTP: Final = 132
IPPROTO_UDPLITE: Final = 136
IPPROTO_MPLS: Final = 137
IPPROTO_ETHERNET: Final = 143
