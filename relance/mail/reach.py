"""Where an account's own server may be, on an instance open to strangers: on the Internet, never beside us.

Otherwise « Tester la connexion » would let anybody who signed up knock at the doors of the host's own network
and read what answers there.
"""

import ipaddress
import socket

MAIL_PORTS = (25, 465, 587, 2465, 2525, 2587)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class OutOfBoundsError(Exception):
    """The server is on a network, or on a port, where no mail provider is."""


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of ``host``, IPv4 first; OutOfBoundsError when one is not on the Internet, OSError when none.

    Connect to these and not to the name: a second answer of the DNS could be another one.
    """
    if port not in MAIL_PORTS:
        raise OutOfBoundsError(host, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a name that no DNS could hold
        raise OSError(f"no such host: {host!r}") from error
    addresses = sorted({str(info[4][0]) for info in found}, key=lambda address: (":" in address, address))
    if not all(_is_public(address) for address in addresses):
        raise OutOfBoundsError(host, port)
    return addresses


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address may travel in an IPv6 one.
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast
