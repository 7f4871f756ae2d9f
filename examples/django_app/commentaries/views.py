"""The landing page of a commentary."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe

from commentaries import deposits
from commentaries.models import Commentary
from doideposit.records import landing


def landing_page(request: HttpRequest, number: str) -> HttpResponse:
    commentary = get_object_or_404(Commentary, number=number)
    context = {"commentary": commentary, "head": _head(commentary), "doi": _doi(commentary)}
    return render(request, "commentaries/landing_page.html", context)


# doideposit.records.landing escapes everything it writes.


def _head(commentary: Commentary) -> str:
    try:
        return mark_safe(landing.head_html(deposits.work(commentary)))
    except ValueError:
        return ""  # It is no record yet; "Register DOI" says why.


def _doi(commentary: Commentary) -> str:
    status = deposits.status(commentary)
    return mark_safe(landing.doi_display(status.doi)) if status.registered else ""
