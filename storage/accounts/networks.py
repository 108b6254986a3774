"""The network that an address belongs to: what one person or office can change is one."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

LONGEST = 45  # of an address as text

# What a home or an office is given at least (RFC 6177); whoever has it has 2 ** 64 addresses.
IPV6_PREFIX = 64


def network_of(address: str) -> str:
    """An IPv6 address's /64, as "2001:db8::/64"; any other address as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:LONGEST]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, IPV6_PREFIX), strict=False))
