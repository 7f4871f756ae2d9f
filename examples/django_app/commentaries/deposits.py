"""Everything of this site that knows doideposit: how a commentary becomes a record, and the depositor."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings

import doideposit
from commentaries.models import Author, Commentary

SERIES = "sadf-comment"


@cache
def depositor() -> doideposit.Depositor:
    """One for the whole process, opened by the first request that needs it; all threads may use it."""
    return doideposit.open(settings.DOIDEPOSIT_CONFIG)


def record(commentary: Commentary) -> dict[str, Any]:
    """The commentary as doideposit takes it; a key without a value counts as left out."""
    return {
        "series": SERIES,
        "number": commentary.number,
        "title": commentary.title,
        "published": commentary.published,
        "authors": [_author(each) for each in commentary.authors.all()],
        "url": f"https://www.example.org/comment-{commentary.number}/",
    }


def _author(author: Author) -> dict[str, Any]:
    return {
        "given": author.given or None,
        "family": author.family,
        "orcid": author.orcid or None,
        "affiliations": [author.affiliation] if author.affiliation else [],
    }


def register(commentaries: Iterable[Commentary]) -> doideposit.DepositReport:
    """Deposit them all together; the same commentary twice is sent once."""
    act = depositor().enqueue if settings.DOIS_ARE_QUEUED else depositor().deposit
    return act(*(record(each) for each in commentaries))


def work(commentary: Commentary) -> doideposit.Commentary:
    """The commentary as a value with a DOI, for its landing page; raises `ValueError` where it cannot be one."""
    given = {key: value for key, value in record(commentary).items() if value}
    return doideposit.Commentary.model_validate({**given, "series": depositor().series[SERIES]})


def status(commentary: Commentary) -> doideposit.WorkStatus:
    """Where its DOI stands: a look into the ledger, no network."""
    return depositor().status(depositor().series[SERIES].doi_for(commentary.number))
