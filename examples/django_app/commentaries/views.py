"""The landing page of a commentary; its tags and its DOI come from the template."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from commentaries.models import Commentary


def landing_page(request: HttpRequest, number: str) -> HttpResponse:
    commentary = get_object_or_404(Commentary, number=number)
    if not commentary.doi_is_public():
        raise Http404
    return render(request, "commentaries/landing_page.html", {"commentary": commentary})
