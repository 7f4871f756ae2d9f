"""The enquiry desk: the REST API, the resolver and the query service, over what the archive may show by now."""

from doideposit.sandbox import lookups, pages
from doideposit.sandbox.entries import Registration
from doideposit.sandbox.exchange import Reply, Request
from doideposit.sandbox.queue import Queue

__all__ = ["Enquiries"]


class Enquiries:
    """Answers who asks afterwards, over one `Queue`."""

    def __init__(self, queue: Queue) -> None:
        self._clock = queue.clock
        self._archive = queue.archive
        self._accounts = queue.accounts

    def query(self, request: Request) -> Reply:
        """``/search/doi`` and ``/servlet/query``: what was registered, in the format unixsd."""
        words, _, password = request.query.get("pid", "").partition(":")
        if "@" not in words and self._accounts.log_in(words, password) is None:
            return pages.unauthorized()
        doi = request.query.get("doi") or request.query.get("id", "")
        with self._archive.snapshot():
            return lookups.query_reply(doi, self._archive.history(doi))

    def resolved_references(self, request: Request) -> Reply:
        """``/getResolvedRefs``: references without a DOI that match a registered work by now."""
        fields = {**request.query, **request.read().fields}
        login = self._accounts.log_in(fields.get("usr", ""), fields.get("pwd", ""))
        if login is None:
            return pages.unauthorized()
        doi = fields.get("doi", "")
        with self._archive.snapshot():
            current = self._archive.current(doi)
            words = [line.partition("\t")[::2] for line in (current.reference_words if current else "").splitlines()]
            matches = {key: match for key, text in words if (match := self._archive.titles_in(text))}
        if current and not login.may_add(current.prefix):
            return pages.unauthorized()
        return lookups.matched_references(doi, current, matches)

    def _shown(self, doi: str, lag: str) -> list[Registration]:
        """The versions of a DOI that the outside world sees by now."""
        now = self._clock()
        with self._archive.snapshot():
            return [one for one in self._archive.history(doi) if (one.rest if lag == "rest" else one.handle) <= now]

    def work(self, request: Request) -> Reply:
        """``/works/{doi}`` and ``/works/{doi}/agency``."""
        doi = request.path.removeprefix("/works/")
        if doi.endswith("/agency"):
            return lookups.agency_reply(self._shown(doi.removesuffix("/agency"), "rest"), request.query)
        return lookups.work_reply(self._shown(doi, "rest"), request.query)

    def works(self, request: Request) -> Reply:
        """``/works?filter=doi:A,doi:B``."""
        filters = [part.partition(":") for part in request.query.get("filter", "").split(",")]
        dois = [doi for name, _, doi in filters if name == "doi"]
        return lookups.works_reply([self._shown(doi, "rest") for doi in dois], request.query)

    def prefix(self, request: Request) -> Reply:
        """``/prefixes/{prefix}``."""
        prefix = request.path.removeprefix("/prefixes/")
        with self._archive.snapshot():
            known = prefix in self._accounts.prefixes | self._archive.prefixes()
        return lookups.prefix_reply(prefix, request.query, known=known)

    def handle(self, request: Request) -> Reply:
        """``/api/handles/{doi}``."""
        doi = request.path.removeprefix("/api/handles/")
        return lookups.handle_reply(doi, self._shown(doi, "handle"), request.query)
