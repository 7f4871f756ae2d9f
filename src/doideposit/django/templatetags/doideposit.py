"""Template tags for landing pages: `{% load doideposit %}`, then `{% doi_head commentary %}` inside `<head>`."""

from django import template
from django.utils.safestring import SafeString, mark_safe

import doideposit
from doideposit.django.deposits import work_of
from doideposit.django.models import DoiModel
from doideposit.landing import citation, doi_display, head_html

register = template.Library()

# doideposit.landing escapes everything it writes.


@register.simple_tag
def doi_head(instance: DoiModel) -> SafeString:
    """Return the tags and the JSON-LD for `<head>`; nothing before the DOI in them is registered for readers."""
    work = _shown(instance)
    return SafeString("") if work is None else mark_safe(head_html(work))  # noqa: S308


@register.simple_tag
def doi_link(instance: DoiModel) -> SafeString:
    """Return the DOI as Crossref wants it shown; nothing before it is registered for readers."""
    state = instance.doi_state
    if state is None or not state.address:
        return SafeString("")
    return mark_safe(doi_display(doideposit.Doi(state.doi)))  # noqa: S308


@register.simple_tag
def doi_citation(instance: DoiModel) -> str:
    """Return the citation as text; empty before its DOI is registered for readers."""
    work = _shown(instance)
    return "" if work is None else citation(work)


def _shown(instance: DoiModel) -> doideposit.Commentary | None:
    """Return the object's record if its DOI is registered in production; None before, or without a record."""
    state = instance.doi_state
    if state is None or not state.address:
        return None
    try:
        return work_of(instance)
    except (ValueError, doideposit.DoiDepositError):
        return None
