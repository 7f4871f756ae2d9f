"""Pages of the web that somebody named: fetched politely, and never out of the network that this machine is in.

An address that a person types, or that a record names, may lead to a server of the own network, or be made to lead
there: by a redirect, by a name that is looked up to a private address, or by a name that gives another address at the
second look-up (DNS rebinding). So every hop is looked up once, every address that comes back is judged, and the
connection goes to an address that was judged; certificate and ``Host`` stay those of the name.
"""

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from doideposit.crossref.http import Exchange, HttpAnswer, NoAnswer, Timeouts
from doideposit.errors import AddressRefused, PageUnavailable

__all__ = ["FetchPage", "GuardedFetch", "Page"]

# The most bytes that are taken of one page, in case nothing less is asked for: that of the largest document read.
LIMIT = 50_000_000
# Browsers follow twenty; a page after more than five has a fault of its own.
_MOST_REDIRECTS = 5
# A page that a person waits for; a server that needs longer is told to be away.
_TIMEOUTS = Timeouts(connect=5, read=15, total=30)
# Statuses with a Location that a client follows (RFC 9110, section 15.4).
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Below 1024 stand services that speak no HTTP, such as mail; a page is never there.
_OTHER_SERVICES = range(1024)
# Other ports belong to services of a network that were never meant for the public.
_WEB_PORTS = {"http": 80, "https": 443}
# Addresses of IPv6 that carry one of IPv4 in their last 32 bits: those of NAT64 (RFC 6052 and RFC 8215).
_CARRIERS = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
# Servers write the charset with and without quotation marks.
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)

# Look a name up: every address of a host; raises `OSError` when there is none.
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """Hold what an address gave: `url` is where the redirects ended, `media_type` is in small letters.

    `charset` is what the server says, None when it says nothing. `truncated` says that there was more than asked for.
    """

    url: str
    status: int
    body: bytes = field(repr=False)
    media_type: str = ""
    charset: str | None = None
    truncated: bool = False


# What fetches a page, as `GuardedFetch` does: handed to anyone who needs pages of the web. It takes the address, and by
# name `limit`, if less is wanted than the most; raises `AddressRefused` or `PageUnavailable`.
FetchPage = Callable[..., Page]


class GuardedFetch:
    """Fetch single pages; `allowed` are hosts of the own network that may be fetched anyway.

    `contact` is a mail address, by which those who run a site can reach who fetches from it.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        allowed: Iterable[str] = (),
        resolve: Resolve | None = None,
        timeouts: Timeouts = _TIMEOUTS,
    ) -> None:
        self._contact = contact
        self._allowed = frozenset(host.lower().rstrip(".") for host in allowed)
        self._resolve = resolve or self.system_resolver
        self._timeouts = timeouts

    def __call__(self, url: str, *, limit: int = LIMIT) -> Page:
        """Fetch a page, and follow its redirects; raises `AddressRefused` or `PageUnavailable`."""
        deadline = monotonic() + self._timeouts.total
        here = url
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._fetch_once(here, limit, deadline)
            target = answer.headers.get("location", "").strip()
            if answer.status not in _REDIRECTS or not target:
                return _make_page(here, answer)
            here = urljoin(here, target)
        raise PageUnavailable(f"{_address_for_message(url)} redirects more than {_MOST_REDIRECTS} times")

    def _fetch_once(self, url: str, limit: int, deadline: float) -> HttpAnswer:
        parts = _split_address(url)
        addresses = self._public_addresses(parts)
        plain = parts._replace(fragment="").geturl()
        reason = "there was not enough time left"
        for address in addresses:
            left = deadline - monotonic()
            if left <= 0:
                break
            timeouts = Timeouts(min(self._timeouts.connect, left), min(self._timeouts.read, left), left)
            exchange = Exchange(timeouts, contact=self._contact, adapter=partial(_PinnedAdapter, address))
            try:
                return exchange.get(plain, limit=limit)
            except NoAnswer as error:
                reason = error.reason
        raise PageUnavailable(f"{_address_for_message(url)} could not be fetched: {reason}") from None

    def _public_addresses(self, parts: SplitResult) -> Sequence[str]:
        """Return the addresses of a host, all of them public ones; raises otherwise."""
        host = (parts.hostname or "").rstrip(".")
        try:
            found = self._resolve(host, parts.port or _WEB_PORTS[parts.scheme])
        # `getaddrinfo` raises UnicodeError for a label of more than 63 characters.
        except (OSError, UnicodeError):
            raise PageUnavailable(
                f"{_address_for_message(parts.geturl())}: the name {host} could not be looked up"
            ) from None
        if not found:
            raise PageUnavailable(f"{_address_for_message(parts.geturl())}: the name {host} has no address")
        if host.lower() not in self._allowed and not all(map(_is_public, found)):
            raise AddressRefused(
                f"{_address_for_message(parts.geturl())} leads to a private network or to this machine",
                hint="save the page in a browser and name the file; or, if the host is yours, allow it in the "
                f'configuration: [pages] own_hosts = ["{host}"]',
            )
        return found

    @staticmethod
    def system_resolver(host: str, port: int) -> list[str]:
        """Resolve a host name by the resolver of this system; raises `OSError` for an unknown name."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A host has several entries for one address, one for each kind of socket.
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _PinnedAdapter(HTTPAdapter):
    """Connect to one address whatever the name gives now; name and certificate stay those of the request's address."""

    def __init__(self, address: str) -> None:
        super().__init__(max_retries=0)
        self._address = address

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        """Return where to connect, and how: the address that was judged, with the name to verify."""
        host, pool = super().build_connection_pool_key_attributes(*args, **options)
        request: requests.PreparedRequest = args[0] if args else options["request"]
        name = urlsplit(request.url or "").hostname or ""
        where: dict[str, Any] = {**host, "host": self._address}
        how: dict[str, Any] = dict(pool)
        if host["scheme"] == "https":
            how |= {"server_hostname": name, "assert_hostname": name}
        return where, how

    def add_headers(self, request: requests.PreparedRequest, **_options: Any) -> None:
        """Add the name of the host, which the connection to an address does not know."""
        request.headers["Host"] = urlsplit(request.url or "").netloc


def _split_address(url: str) -> SplitResult:
    """Split an address that may be fetched; raises `AddressRefused` for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    # A port that is not a number, or a bracket that is not closed.
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _WEB_PORTS or not parts.hostname:
        raise AddressRefused(
            f"{_address_for_message(url)} is not the address of a web page",
            hint="write the whole address, beginning with https://",
        )
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(
            f"the address of a page on {parts.hostname} contains a user name or a password",
            hint="pages behind a login are not read: save the page in a browser and name the file",
        )
    if port is not None and port in _OTHER_SERVICES and port not in _WEB_PORTS.values():
        raise AddressRefused(
            f"{_address_for_message(url)}: port {port} is not a web port",
            hint="write the address as your browser shows it",
        )
    return parts


def _is_public(text: str) -> bool:
    """Tell whether an address is reached over the internet, and not within a network or on this machine."""
    try:
        address = ip_address(text.partition("%")[0])
    # What is not a number is a name, and looked up.
    except ValueError:
        return False
    inner = _embedded_ipv4(address)
    if inner is not None:
        return _is_public(str(inner))
    special = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not special and not local


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the address of IPv4 that one of IPv6 leads to, None when there is none."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    # After the prefixes of NAT64 the last 32 bits are the IPv4 address that is meant (RFC 6052).
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    # “::127.0.0.1” is the old way to write an address of IPv4 (RFC 4291, 2.5.5.1).
    compatible = int(address) >> 32 == 0 and int(address) > 1
    return low if compatible or any(address in network for network in _CARRIERS) else None


def _make_page(url: str, answer: HttpAnswer) -> Page:
    declared = answer.headers.get("content-type", "")
    charset = _CHARSET.search(declared)
    media_type = declared.partition(";")[0].strip().lower()
    address = urlsplit(url)._replace(fragment="").geturl()
    return Page(
        address, answer.status, answer.body, media_type, charset[1].lower() if charset else None, answer.truncated
    )


def _address_for_message(url: str) -> str:
    """Return an address for a message: without user name, password and query, which may be secret."""
    try:
        parts = urlsplit(url)
    # An address that cannot be read is not repeated: it may hold a password.
    except ValueError:
        return "the address"
    netloc = parts.netloc.rpartition("@")[2]
    # Two hundred characters show which address it was.
    return parts._replace(netloc=netloc, query="", fragment="").geturl()[:200] or "the address"
