"""Addresses in the configuration: of Crossref's systems, of pages to fetch, and of people."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from doideposit.crossref.hosts import is_loopback
from doideposit.records.models.text import PlainText

__all__ = ["Address", "MailAddress", "PingAddress"]


def _check_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not host:
        hint = "write the whole address, beginning with https://"
        raise PydanticCustomError("url-shape", "this is not an address", {"hint": hint})
    if parts.username or parts.password or parts.query or parts.fragment:
        hint = "write only host and path; the login belongs below [credentials]"
        raise PydanticCustomError("address-extra", "this address has more than host and path", {"hint": hint})
    if parts.scheme == "http" and not is_loopback(host):
        hint = "write https://; plain http is allowed for this machine only, such as http://127.0.0.1:8080"
        raise PydanticCustomError("address-unencrypted", "a password would be sent unencrypted", {"hint": hint})
    return url.rstrip("/")


def _check_ping_address(url: str) -> str:
    """Return an address that may hold a secret of its own in path or query; no message repeats it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        hint = "write the whole address, beginning with https://"
        raise PydanticCustomError("url-shape", "this is not an address that can be fetched", {"hint": hint})
    if parts.username or parts.password:
        raise PydanticCustomError(
            "address-extra", "this address contains a login", {"hint": "write it without user name and password"}
        )
    return url


PingAddress = Annotated[str, AfterValidator(_check_ping_address)]
# Of the same length as the depositor's address, which Crossref's schema bounds (common5.5.0.xsd, email_address).
MailAddress = Annotated[
    PlainText, Field(min_length=6, max_length=200, pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", examples=["it@example.org"])
]
Address = Annotated[str, AfterValidator(_check_address), Field(examples=["http://127.0.0.1:8080"])]
