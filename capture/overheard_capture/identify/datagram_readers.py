"""The readers of datagrams, imported on first use: most captures have few protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.protocols import dhcp as _dhcp
from overheard_capture.protocols import netbios as _netbios
from overheard_capture.protocols import ntp as _ntp

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import DatagramReader


def dtls(findings: Findings) -> DatagramReader:
    """DTLS, and SRTP with its keys."""
    from overheard_capture.protocols.tls.dtls import DtlsReader  # noqa: PLC0415

    return DtlsReader(findings)


def quic(findings: Findings) -> DatagramReader:
    """QUIC."""
    from overheard_capture.protocols.quic.reader import QuicReader  # noqa: PLC0415

    return QuicReader(findings)


def dns(findings: Findings) -> DatagramReader:
    """DNS."""
    from overheard_capture.protocols.dns.reader import DnsDatagrams  # noqa: PLC0415

    return DnsDatagrams(findings)


def stun(findings: Findings) -> DatagramReader:
    """STUN."""
    from overheard_capture.protocols.stun import StunReader  # noqa: PLC0415

    return StunReader(findings)


def wireguard(findings: Findings) -> DatagramReader:
    """WireGuard."""
    from overheard_capture.protocols.wireguard import WireguardReader  # noqa: PLC0415

    return WireguardReader(findings)


def ipsec(findings: Findings) -> DatagramReader:
    """IKEv2 and ESP."""
    from overheard_capture.protocols.ipsec.reader import IpsecReader  # noqa: PLC0415

    return IpsecReader(findings)


def openvpn(findings: Findings) -> DatagramReader:
    """OpenVPN."""
    from overheard_capture.protocols.openvpn.readers import OpenvpnDatagrams  # noqa: PLC0415

    return OpenvpnDatagrams(findings)


def ntp(findings: Findings) -> DatagramReader:
    """NTP."""
    return _ntp.NtpReader(findings)


def dhcp(findings: Findings) -> DatagramReader:
    """DHCP."""
    return _dhcp.DhcpReader(findings)


def netbios(findings: Findings) -> DatagramReader:
    """NetBIOS."""
    return _netbios.NetbiosReader(findings)


def tftp(findings: Findings) -> DatagramReader:
    """TFTP."""
    from overheard_capture.protocols.tftp import TftpReader  # noqa: PLC0415

    return TftpReader(findings)


def gelf(findings: Findings) -> DatagramReader:
    """GELF."""
    from overheard_capture.protocols.gelf import GelfReader  # noqa: PLC0415

    return GelfReader(findings)
