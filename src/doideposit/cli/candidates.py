"""Show works that a reference may mean."""

from typing import TYPE_CHECKING

from doideposit.cli.terminal import Terminal
from doideposit.reports.findings import Span, Style, safe

if TYPE_CHECKING:
    from doideposit.deposits.references import CitedCandidate

__all__ = ["show_candidate"]


def show_candidate(terminal: Terminal, candidate: "CitedCandidate", mark: str = "-") -> None:
    """Show a work that a reference may mean, with its score and what makes it doubtful."""
    work = candidate.work
    authors = f"{work.authors[0]}{' and others' if len(work.authors) > 1 else ''}" if work.authors else ""
    year = str(work.years[0]) if work.years else ""
    about = ". ".join(
        part for part in (" ".join(filter(None, (authors, year))), *work.titles[:1], work.container) if part
    )
    terminal.line((Span(f"       {mark} "), Span(work.doi, Style.PLACE), Span(f"  {safe(about)}")))
    score = "" if work.score is None else f"score {work.score:.0f}"
    doubts = "; ".join(one.what for one in candidate.doubts)
    words = ", ".join(filter(None, (score, f"doubtful: {doubts}" if doubts else "no differences found")))
    terminal.line((Span(f"         {safe(words)}", Style.DIM),))
