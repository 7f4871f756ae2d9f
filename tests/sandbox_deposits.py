"""Deposit files for tests of the sandbox: small, written by hand, without the project's own XML builder."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from doideposit.sandbox.clock import Clock
from doideposit.sandbox.exchange import Dropped, Reply, Request, UploadedFile
from doideposit.sandbox.simulation import Sandbox

STAMP = 20260901120000000
NAMESPACE = "http://www.crossref.org/schema/5.5.0"


@dataclass(frozen=True)
class Paper:
    doi: str = "10.5555/c1"
    title: str = "On rivers"
    surname: str = "Sen"
    year: str = "2023"
    number: str = "1"
    url: str = "https://example.org/c1"
    timestamp: int | None = None
    orcids: tuple[str, ...] = ()
    target: str | None = None
    citations: str = ""

    def xml(self, series: str) -> str:
        people = "".join(
            f'<person_name sequence="{"first" if place == 0 else "additional"}" contributor_role="author">'
            f"<given_name>A.</given_name><surname>{self.surname if place == 0 else f'Other{place}'}</surname>"
            f"{f'<ORCID>{orcid}</ORCID>' if orcid else ''}</person_name>"
            for place, orcid in enumerate(self.orcids or ("",))
        )
        relation = (
            '<rel:program name="relations"><rel:related_item><rel:inter_work_relation relationship-type="references" '
            f'identifier-type="doi">{self.target}</rel:inter_work_relation></rel:related_item></rel:program>'
        )
        own = "" if self.timestamp is None else f"<timestamp>{self.timestamp}</timestamp>"
        kind = "report-paper_series_metadata" if series else "report-paper_metadata"
        return (
            f'<report-paper publication_type="full_text"><{kind} language="en">{series}'
            f"<contributors>{people}</contributors><titles><title>{escape(self.title)}</title></titles>"
            f'<publication_date media_type="online"><year>{self.year}</year></publication_date>'
            "<publisher><publisher_name>Forum</publisher_name></publisher>"
            f'<publisher_item><item_number item_number_type="series-number">{self.number}</item_number></publisher_item>'
            f"<doi_data><doi>{self.doi}</doi>{own}<resource>{self.url}</resource></doi_data>"
            f"{f'<citation_list>{self.citations}</citation_list>' if self.citations else ''}"
            f"{relation if self.target else ''}</{kind}></report-paper>"
        )


@dataclass(frozen=True)
class Batch:
    papers: tuple[Paper, ...] = (Paper(),)
    batch_id: str = "batch-1"
    timestamp: int | None = STAMP
    issn: str | None = "2406-5617"
    series_title: str = "Forum Comment"
    series_doi: str | None = None
    head: str = field(default="", repr=False)

    def xml(self) -> bytes:
        doi = (
            f"<doi_data><doi>{self.series_doi}</doi><resource>https://example.org/</resource></doi_data>"
            if self.series_doi
            else ""
        )
        series = (
            f"<series_metadata><titles><title>{self.series_title}</title></titles><issn>{self.issn}</issn>{doi}</series_metadata>"
            if self.issn
            else ""
        )
        stamp = "" if self.timestamp is None else f"<timestamp>{self.timestamp}</timestamp>"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<doi_batch version="5.5.0" xmlns="{NAMESPACE}" xmlns:rel="http://www.crossref.org/relations.xsd">'
            f"<head><doi_batch_id>{self.batch_id}</doi_batch_id>{stamp}<depositor><depositor_name>Forum</depositor_name>"
            "<email_address>doi@example.org</email_address></depositor><registrant>Forum</registrant></head>"
            f"<body>{''.join(paper.xml(series) for paper in self.papers)}</body></doi_batch>"
        ).encode()


LOGIN = {"login_id": "sandbox", "login_passwd": "sandbox"}
POLL = {"usr": "sandbox", "pwd": "sandbox", "type": "result"}


def upload(sandbox: Sandbox, content: bytes, name: str = "a.xml", **fields: str) -> Reply | Dropped:
    form = {"operation": "doMDUpload", **LOGIN, **fields}
    return sandbox.handle(Request.post("/servlet/deposit", form, UploadedFile("fname", name, content)))


def poll(sandbox: Sandbox, name: str = "a.xml", **fields: str) -> Reply:
    reply = sandbox.handle(Request.post("/servlet/submissionDownload", {**POLL, "file_name": name, **fields}))
    assert isinstance(reply, Reply)
    return reply


def get(sandbox: Sandbox, path: str, **query: str) -> Reply:
    reply = sandbox.handle(Request.get(path, **query))
    assert isinstance(reply, Reply)
    return reply


def settle(sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(sandbox.delays.until_processed + 1)
    sandbox.process()
