"""The pages put together from settings: with Crossref, documents, checks and look-ups as they are outside of tests."""

from collections.abc import Callable

from doideposit.config.settings import Settings
from doideposit.crossref.http import Exchange, Timeouts
from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.manuscript import Manuscript
from doideposit.records.extraction.readers.opening import read_bytes
from doideposit.web.desk.application import staff_pages
from doideposit.web.desk.gate import Gate
from doideposit.web.desk.look_ups import LookUps
from doideposit.web.serving import Application
from doideposit.wiring import load_settings, open_checker, open_depositor, system_clock

__all__ = ["open_pages"]

Announce = Callable[[str], None]


def open_pages(settings: Settings, gate: Gate, *, announce: Announce) -> Application:
    """Open the pages behind a gate; `announce` gets sentences about what is begun, such as a new ledger."""

    def read_document(content: bytes, name: str) -> tuple[Manuscript, Draft]:
        manuscript = read_bytes(content, file=name)
        if not manuscript.lines and any(finding.stops for finding in manuscript.findings):
            return manuscript, Draft(name, findings=manuscript.findings)
        return manuscript, draft_of(manuscript, series=settings.series)

    return staff_pages(
        settings,
        lambda target: open_depositor(load_settings(settings.path, target=target), announce=announce),
        gate,
        clock=system_clock,
        read_document=read_document,
        open_checker=lambda: open_checker(settings, clock=system_clock),
        look_ups=_look_ups(settings) if settings.desk.look_ups else None,
    )


def _look_ups(settings: Settings) -> LookUps:
    contact = settings.depositor.email if settings.depositor else None
    # Short: a person waits for the answer, and can type the id instead.
    patience = Timeouts(connect=4, read=8, total=12)
    return LookUps(Exchange(patience, accept="application/json", contact=contact).get)
