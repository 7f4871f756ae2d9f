"""Which hosts are this very machine: a password may go there unencrypted, and nobody else reaches a service there."""

from ipaddress import ip_address

__all__ = ["is_loopback"]


def is_loopback(host: str) -> bool:
    """Tell whether only this machine is meant by a host."""
    try:
        return ip_address(host).is_loopback
    # Of all names, only this one always means the own machine (RFC 6761, section 6.3).
    except ValueError:
        return host.lower() == "localhost"
