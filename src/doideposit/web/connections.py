"""Connections of the server: nobody holds it by sending slowly, and what cannot be read is refused in words."""

import logging
import time
from http import HTTPStatus
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask
from werkzeug.wrappers import Response

from doideposit.web.allowance import Allowance
from doideposit.web.answers import Refused

__all__ = ["MOST_CONNECTIONS", "Connection"]

LOG: Final = logging.getLogger("doideposit.web")
# A publisher's CMS needs a handful at a time.
MOST_CONNECTIONS: Final = 200

# What waitress refuses before the application sees it, by status: code, message and hint.
_REFUSED: Final = {
    413: ("body-too-large", "the body is too large", "send the records in several requests"),
    431: ("headers-too-large", "the headers are larger than 32,768 bytes", "send fewer and shorter headers"),
    501: ("not-http", "this transfer encoding is not supported", "send the body as it is, with Content-Length"),
}
_NOT_HTTP: Final = ("not-http", "this is not an HTTP request", "check the program that sent the request")
# Lines of the log for the first few closed connections, then one a minute: a flood must not fill the disk with them.
_tell: Final = Allowance(3, 1 / 60, time.monotonic)


# The same for people: a browser says in Accept that it wants HTML.
_FOR_PEOPLE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not taken</title>
<h1>{}</h1><p>Nothing that you typed is lost: go back in your browser.</p></html>
"""
_TOO_LARGE: Final = "This is too large: upload the document without its large pictures, or only its text."


class _RefusedInWords(ErrorTask):
    """Write the promised JSON document, or a page for a browser, in place of waitress' line of text."""

    def execute(self) -> None:
        """Write the answer, after which the connection is closed."""
        error = self.request.error
        code, message, hint = _REFUSED.get(error.code, _NOT_HTTP)
        answer = Refused(error.code, code, message, hint=hint, where="request").response()
        if "text/html" in self.request.headers.get("ACCEPT", ""):
            words = _TOO_LARGE if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "This request cannot be read."
            answer = Response(_FOR_PEOPLE.format(words), mimetype="text/html")
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend((name, value) for name, value in answer.headers if name != "Content-Length")
        self.set_close_on_finish()
        body = answer.get_data()
        self.content_length = len(body)
        self.write(body)


class _Parser(HTTPRequestParser):
    """Refuse an address that Python cannot take apart, where waitress closes the connection without an answer."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers; raise `ParsingError` for what they cannot be."""
        try:
            super().parse_header(header_plus)
        # waitress lets this ValueError through, and would close the connection without an answer.
        except ValueError as error:
            raise ParsingError(str(error)) from None


class Connection(HTTPChannel):
    """Describe one connection; when there are too many, the one that has waited longest for a request is closed.

    waitress itself closes only what is silent, and at its limit takes no more connections: some two hundred that send a
    byte now and then would keep everybody out for ever.
    """

    error_task_class = _RefusedInWords
    parser_class = _Parser
    # When this connection began to wait for a whole request.
    waits_since = 0.0

    def add_channel(self, map: Any = None) -> None:  # noqa: A002 - the name is that of waitress
        """Count the connection in, and make room where it is one too many."""
        self.waits_since = time.monotonic()
        super().add_channel(map)
        others = [channel for channel in self.server.active_channels.values() if channel is not self]
        waiting = [other for other in others if not other.requests and not other.will_close]
        if waiting and len(waiting) >= MOST_CONNECTIONS:
            oldest = min(waiting, key=lambda channel: channel.waits_since)
            # The loop of the server closes it at its next turn.
            oldest.will_close = True
            if _tell.take():
                LOG.warning("%s connections are open: closed one of %s without a request", len(waiting), oldest.addr[0])

    def service(self) -> None:
        """Answer what came, and begin to wait for the next request."""
        super().service()
        self.waits_since = time.monotonic()
