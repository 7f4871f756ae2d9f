"""One mistake gives one finding: what says less of it gives way to the finding that says most."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from doideposit.checks.rules.registry import Match, Rule

__all__ = ["without_consequences"]

Found = tuple[Rule[Any], Match]

# At the same field, the findings on the left say less than any of those on the right.
_AT_ONE_FIELD: Final[Mapping[str, frozenset[str]]] = {
    "abstract-short": frozenset({"text-filler"}),
    "date-accepted-late": frozenset({"date-future"}),
    "dates-far-apart": frozenset({"date-future"}),
    "licence-not-https": frozenset({"licence-slash"}),
    "name-character": frozenset({"name-blank"}),
    "url-home-page": frozenset({"url-password"}),
}

# All of these compare the date of publication with something else in the record. Where several find it wrong, that date
# is the mistake, and the first of them shows it best.
_ABOUT_PUBLICATION: Final = (
    "date-future",
    "date-number-year",
    "date-before-the-web",
    "date-accepted-late",
    "dates-far-apart",
    "status-early",
    "licence-early",
    "reference-from-the-future",
)


def without_consequences(found: Sequence[Found], ignored: Container[str]) -> Sequence[Found]:
    """Return findings without those that only follow from another; one that is `ignored` explains no other."""
    if len(found) < 2:  # noqa: PLR2004  (one finding follows from no other)
        return found
    places = {(match.loc, rule.code) for rule, match in found if rule.code not in ignored}
    about = {code for loc, code in places if code in _ABOUT_PUBLICATION and _is_about_publication(loc, code)}
    best = next((code for code in _ABOUT_PUBLICATION if code in about), None)
    return [
        (rule, match)
        for rule, match in found
        if not any((match.loc, better) in places for better in _AT_ONE_FIELD.get(rule.code, ()))
        and (best is None or rule.code not in _ABOUT_PUBLICATION or not _gives_way(rule.code, match, best))
    ]


def _is_about_publication(loc: tuple[str | int, ...], code: str) -> bool:
    return code != "date-future" or loc == ("published",)


def _gives_way(code: str, match: Match, best: str) -> bool:
    return code != best and _is_about_publication(match.loc, code)
