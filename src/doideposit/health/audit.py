"""Audit a series: what is missing, double, misspelt or out of order in it, and who acts next.

Pure, over what the ledger and the record files say. On a series in good health it says nothing. What only might be a
fault (two numbers of one work, a title that comes back every year) is asked, and not asserted.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from doideposit.health.works import AuditedWork
from doideposit.records.identifiers import Doi
from doideposit.records.models.series import Series
from doideposit.records.sources.site_table import SiteRow

__all__ = ["AuditCode", "AuditLine", "FailedDoi", "gaps"]


class AuditCode(StrEnum):
    """Name each kind of thing that an audit finds."""

    GAP = "audit-gap"
    DOUBLE = "audit-double"
    SPELLING = "audit-number-spelling"
    SAME_TITLE = "audit-same-title"
    ORDER = "audit-dates-out-of-order"
    NAME_VARIES = "audit-name-varies"
    NAME_REVERSED = "audit-name-reversed"
    ORPHAN = "audit-no-record-file"
    NOT_REGISTERED = "audit-not-registered"
    NO_DOI = "audit-no-doi-on-the-site"
    NOT_ON_SITE = "audit-not-on-the-site"
    OTHER_ADDRESS = "audit-other-address"
    NOT_THERE = "audit-printed-not-registered"
    DEAD_ADDRESS = "audit-dead-address"

    @property
    def doer(self) -> str:
        """Return who acts next: the editor, the people of the website, or Crossref support."""
        if self is AuditCode.DOUBLE:
            return "Crossref support"
        of_website = {AuditCode.NO_DOI, AuditCode.NOT_ON_SITE, AuditCode.DEAD_ADDRESS}
        return "website" if self in of_website else "editor"


@dataclass(frozen=True, slots=True)
class FailedDoi:
    """Hold a DOI that readers could not resolve: how often, its number by the pattern, its line in the report."""

    doi: str
    times: int
    number: str | None = None
    line: int | None = None

    @staticmethod
    def by_series(rows: Iterable[tuple[int, str, int]], series: Mapping[str, Series]) -> "dict[str, list[FailedDoi]]":
        """Return the DOIs of a table of failed ones by series: by its pattern, else by a prefix that it has alone."""
        found: dict[str, list[FailedDoi]] = defaultdict(list)
        for line, text, times in rows:
            doi = Doi.parse(text)
            ours = {
                name: candidate.number_in(doi) for name, candidate in series.items() if candidate.prefix == doi.prefix
            }
            fitting = [name for name, number in ours.items() if number is not None]
            for name in (fitting or list(ours))[:1] if len(ours) == 1 or fitting else ():
                found[name].append(FailedDoi(str(doi), times, ours[name], line))
        return dict(found)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Describe one thing to look at: what, about which DOIs, and the next step; `line` is that of a table."""

    code: AuditCode
    message: str
    next_step: str
    dois: tuple[str, ...] = field(default=())
    line: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "code": self.code.value,
            "message": self.message,
            "who": self.code.doer,
            "next": self.next_step,
            "dois": list(self.dois),
            "line": self.line,
        }

    @staticmethod
    def all_of(
        works: Sequence[AuditedWork],
        *,
        site: Sequence[SiteRow] | None = None,
        has_records: bool = False,
        failed: Sequence[FailedDoi] = (),
    ) -> "tuple[AuditLine, ...]":
        """Return the findings about the works of one series.

        `site` is what the website lists, where somebody exported it; with `has_records` every DOI ought to have a
        record file. `failed` are DOIs of the series that readers looked up at doi.org without a result.
        """
        lines = (
            *_all_lines(works, site, has_records=has_records),
            *_find_unregistered(works, failed),
            *_find_dead_addresses(works),
        )
        return tuple(lines)


def _all_lines(
    works: Sequence[AuditedWork], site: Sequence[SiteRow] | None, *, has_records: bool
) -> Iterator[AuditLine]:
    yield from _find_spellings(works)
    yield from _find_gaps(works)
    yield from _find_repeated_titles(works)
    yield from _find_odd_dates(works)
    yield from _find_odd_names(works)
    yield from _find_reversed_names(works)
    if has_records:
        yield from _find_orphans(works)
    if site is not None:
        yield from _compare_site(works, site)


# Numbers.


def _plain_number(number: str) -> str:
    """Return a number as it would be without letters after it and zeros before it: 05 and 5a are 5."""
    found = re.fullmatch(r"0*(\d+)[a-z]?", number.casefold())
    return found[1] if found else number.casefold()


def _find_spellings(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    """Yield numbers that are there in two spellings: 05 beside 5, and 5a beside 5 or 5b."""
    groups: dict[str, list[AuditedWork]] = defaultdict(list)
    for work in works:
        if work.number is not None:
            groups[_plain_number(work.number)].append(work)
    for plain, group in groups.items():
        numbers = sorted({audited_work.number or "" for audited_work in group})
        if len(group) < 2:  # noqa: PLR2004  (two make a double)
            continue
        # So many numbers are named: enough to find the others.
        named = " and ".join(numbers[:4])
        same = len({_fold(_text_field(audited_work, "title")) for audited_work in group}) == 1
        if len(numbers) == 1 or same:
            message = f"the number {plain} has {len(group)} DOIs" + (f", as {named}" if len(numbers) > 1 else "")
            step = "decide which DOI stays, and ask Crossref support to make the other one an alias of it"
            yield AuditLine(AuditCode.DOUBLE, message, step, _dois_of(group))
        else:
            message = f"both {named} are registered"
            step = "check whether they are different works; if they are, nothing needs to be done"
            yield AuditLine(AuditCode.SPELLING, message, step, _dois_of(group))


def _find_gaps(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    """Yield the numbers that are missing between the first and the last, several together in one line."""
    there = {int(plain) for work in works if work.number and (plain := _plain_number(work.number)).isdecimal()}
    missing = gaps(there)
    if missing:
        step = "register them; if they were never published, nothing needs to be done"
        yield AuditLine(AuditCode.GAP, f"without a DOI: {_ranges_text(missing)}", step)


def gaps(numbers: set[int]) -> list[int]:
    """Return the numbers that are missing between the first and the last; none where they carry a year."""
    # Numbers such as 2024031 leave gaps of thousands that are none.
    if not numbers or not _is_dense(numbers):
        return []
    return [number for number in range(min(numbers), max(numbers)) if number not in numbers]


def _is_dense(numbers: set[int]) -> bool:
    # Where fewer than a third of the numbers exist, the gaps are taken for part of the numbering.
    return len(numbers) * 3 >= max(numbers) - min(numbers)


def _ranges_text(numbers: Sequence[int]) -> str:
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts)


# Titles and dates.


def _find_repeated_titles(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    groups: dict[tuple[str, str], list[AuditedWork]] = defaultdict(list)
    for work in works:
        title = _fold(_text_field(work, "title"))
        if title:
            groups[title, _fold(_text_field(work, "subtitle"))].append(work)
    for group in groups.values():
        numbers = {_plain_number(audited_work.number or audited_work.doi) for audited_work in group}
        # Titles that come back each year, such as a review of the year, have other dates and other authors.
        of = {(_text_field(audited_work, "published")[:4], _family_names(audited_work)) for audited_work in group}
        if len(numbers) > 1 and len(of) == 1:
            message = (
                f"“{_text_field(group[0], 'title')[:100]}” is registered as {len(numbers)} numbers by the same authors"
            )
            step = "check whether one work has two DOIs; if so, ask Crossref support to make one an alias of the other"
            yield AuditLine(AuditCode.SAME_TITLE, message, step, _dois_of(group))


def _family_names(work: AuditedWork) -> str:
    return ";".join(
        _fold(_text_value(author, "family") or _text_value(author, "organisation")) for author in _author_entries(work)
    )


# Days that a later number may be dated before an earlier one: late numbers are common, decades are a misprint.
MOST_BACK: Final = 366


def _find_odd_dates(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    """Yield works whose date is more than a year away from those of the numbers before and after them."""
    dated = sorted(_dated_works(works), key=lambda dated_work: dated_work[:2])
    for before, this, after in zip(dated, dated[1:], dated[2:], strict=False):
        low, high = sorted((before[1], after[1]))
        if high - low <= MOST_BACK and not low - MOST_BACK <= this[1] <= high + MOST_BACK:
            message = (
                f"number {this[2].number} is dated {_text_field(this[2], 'published')}, between "
                f"{_text_field(before[2], 'published')} and {_text_field(after[2], 'published')} of its neighbours"
            )
            step = "compare the date with the printed one, and correct the record; an update is free"
            yield AuditLine(AuditCode.ORDER, message, step, (this[2].doi,))


def _dated_works(works: Sequence[AuditedWork]) -> Iterator[tuple[int, int, AuditedWork]]:
    for work in works:
        plain = _plain_number(work.number or "")
        if plain.isdecimal() and re.match(r"\d{4}", _text_field(work, "published")):
            yield int(plain), _approximate_days(_text_field(work, "published")), work


def _approximate_days(date: str) -> int:
    # The date may be a year, a month or a day.
    parts = [int(part) for part in re.findall(r"\d+", date)[:3]]
    # What is not known is set to its middle: a year to 15 June, a month to its fifteenth.
    year, month, day = (*parts, 6, 15)[:3] if len(parts) == 1 else (*parts, 15)[:3]
    # Not exact, but good enough to compare dates that lie far apart.
    return year * 365 + min(month, 12) * 30 + day


# Names.


def _find_odd_names(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    """Yield ORCID iDs under which different family names are registered, and not only spelling of given names."""
    by_orcid: dict[str, dict[str, list[AuditedWork]]] = defaultdict(lambda: defaultdict(list))
    for work in works:
        for author in _author_entries(work):
            orcid = _text_value(author, "orcid").rpartition("/")[2]
            if orcid:
                by_orcid[orcid][_whole_name(author)].append(work)
    for orcid, names in by_orcid.items():
        if len({_initials(name) for name in names}) > 1:
            message = f"the ORCID iD {orcid} is given for {_quoted_list(sorted(names))}"
            step = (
                "check whose it is, and correct the other records; if one person changed their name, nothing "
                "needs to be done"
            )
            dois = _dois_of([audited_work for found in names.values() for audited_work in found])
            yield AuditLine(AuditCode.NAME_VARIES, message, step, dois)


def _whole_name(author: Mapping[str, Any]) -> str:
    return f"{_text_value(author, 'family')}, {_text_value(author, 'given')}".strip(", ")


def _initials(name: str) -> tuple[str, str]:
    """Return family name and first initial: “Wolf, Siegfried O.” and “Wolf, S.” are one person."""
    family, _, given = _fold(name).partition(", ")
    return family, given[:1]


def _find_reversed_names(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    """Yield names that are registered the other way round as well: Ada Byron and Byron Ada."""
    seen: dict[tuple[str, str], list[AuditedWork]] = defaultdict(list)
    for work in works:
        for author in _author_entries(work):
            given, family = _fold(_text_value(author, "given")), _fold(_text_value(author, "family"))
            if given and family and given != family:
                seen[given, family].append(work)
    for (given, family), found in seen.items():
        other = seen.get((family, given), [])
        if other and (len(found), given) < (len(other), family):
            author = next(
                author for author in _author_entries(found[0]) if _fold(_text_value(author, "given")) == given
            )
            message = (
                f"“{_whole_name(author)}” is registered with given and family name exchanged in {len(other)} "
                "other works"
            )
            step = "correct given and family name in these records; an update is free"
            yield AuditLine(AuditCode.NAME_REVERSED, message, step, _dois_of(found))


# Record files and the website.


def _find_orphans(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    without = [work for work in works if work.record is None]
    if without:
        message = f"{len(without)} registered {'DOI has' if len(without) == 1 else 'DOIs have'} no record file"
        step = "run `doideposit adopt DOI` with each of these DOIs: it writes a record file"
        yield AuditLine(AuditCode.ORPHAN, message, step, _dois_of(without))


def _compare_site(works: Sequence[AuditedWork], site: Sequence[SiteRow]) -> Iterator[AuditLine]:
    by_doi = {work.doi.casefold(): work for work in works}
    by_number = {_plain_number(work.number): work for work in works if work.number}
    listed: set[str] = set()
    for row in site:
        audited_work = by_doi.get(row.doi.casefold()) if row.doi else by_number.get(_plain_number(row.number))
        if audited_work is not None:
            listed.add(audited_work.doi)
        yield from _compare_row(row, audited_work)
    absent = [work for work in works if work.doi not in listed]
    if absent:
        message = (
            f"{len(absent)} registered {'DOI is' if len(absent) == 1 else 'DOIs are'} not in the table of the site"
        )
        step = "check whether their pages are still there: every DOI needs a page"
        yield AuditLine(AuditCode.NOT_ON_SITE, message, step, _dois_of(absent))


def _compare_row(row: SiteRow, work: AuditedWork | None) -> Iterator[AuditLine]:
    shown = row.number or row.doi or row.address
    if row.doi and (work is None or not work.registered):
        message = f"the site shows the DOI {row.doi}, which is not registered from here"
        step = "register it, or correct what the site shows"
        yield AuditLine(AuditCode.NOT_REGISTERED, message, step, (row.doi,), row.line)
    elif not row.doi and work is None:
        message = f"{shown} is on the site, but has no DOI"
        step = "register it: `doideposit extract`, then `check` and `deposit`"
        yield AuditLine(AuditCode.NOT_REGISTERED, message, step, (), row.line)
    elif not row.doi and work is not None:
        message = f"the site shows {shown} without its DOI"
        yield AuditLine(AuditCode.NO_DOI, message, f"show the DOI: https://doi.org/{work.doi}", (work.doi,), row.line)
    if (
        work is not None
        and row.address
        and work.address
        and _comparable_address(row.address) != _comparable_address(work.address)
    ):
        message = f"the site has {shown} at {row.address}, but its DOI leads to {work.address}"
        step = "move the DOI to the new address, or correct the site"
        yield AuditLine(AuditCode.OTHER_ADDRESS, message, step, (work.doi,), row.line)


def _comparable_address(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address.strip()).rstrip("/").casefold()


# DOIs that lead nowhere.


def _find_unregistered(works: Sequence[AuditedWork], failed: Sequence[FailedDoi]) -> Iterator[AuditLine]:
    """Yield DOIs that are printed, or named by another work of the series, and are not registered."""
    known = {audited_work.doi.casefold(): audited_work.doi for audited_work in works}
    numbers = {_plain_number(audited_work.number): audited_work.doi for audited_work in works if audited_work.number}
    for failed_doi in failed:
        # A DOI that was registered later in the month is in the report anyway.
        if failed_doi.doi.casefold() not in known:
            times = "once" if failed_doi.times == 1 else f"{failed_doi.times:,} times"
            message = f"readers looked up {failed_doi.doi} {times}, but it is not registered"
            yield _printed_doi_line(failed_doi.doi, failed_doi.number, message, known, numbers, failed_doi.line)
    cited: dict[str, list[AuditedWork]] = defaultdict(list)
    for work in works:
        for doi in work.cited:
            if doi.casefold() not in known:
                cited[doi].append(work)
    for doi, citing in cited.items():
        message = f"{_doi_list_of(citing)} {'names' if len(citing) == 1 else 'name'} {doi}, which is not registered"
        yield _printed_doi_line(doi, None, message, known, numbers, None)


def _printed_doi_line(
    doi: str,
    number: str | None,
    message: str,
    known: Mapping[str, str],
    numbers: Mapping[str, str],
    line: int | None,
) -> AuditLine:
    near = numbers.get(_plain_number(number)) if number else None
    # The DOIs of one series are much alike: only a very near one can be the one that was meant.
    near = near or next((known[similar] for similar in get_close_matches(doi.casefold(), known, 1, cutoff=0.93)), None)
    step = (
        f"check where it is printed: the registered DOI may be {near}"
        if near
        else "register it, or correct it where it is printed"
    )
    return AuditLine(AuditCode.NOT_THERE, message, step, (doi,), line)


def _doi_list_of(works: Sequence[AuditedWork]) -> str:
    shown = [f"number {work.number}" if work.number else work.doi for work in works[:3]]
    return " and ".join(shown) + (f" and {len(works) - 3} more" if len(works) > 3 else "")  # noqa: PLR2004 - as shown


def _find_dead_addresses(works: Sequence[AuditedWork]) -> Iterator[AuditLine]:
    for work in works:
        if work.dead:
            message = f"{work.doi} does not lead to its page: {work.dead}"
            step = "restore the page, or move the DOI with `doideposit move`"
            yield AuditLine(AuditCode.DEAD_ADDRESS, message, step, (work.doi,))


# Values.


def _text_field(work: AuditedWork, key: str) -> str:
    value = work.fields.get(key)
    return value if isinstance(value, str) else ""


def _author_entries(work: AuditedWork) -> Iterable[Mapping[str, Any]]:
    found = work.fields.get("authors")
    return [author for author in found if isinstance(author, Mapping)] if isinstance(found, list | tuple) else []


def _text_value(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return " ".join(
        "".join(character for character in plain if not unicodedata.combining(character)).casefold().split()
    )


def _dois_of(works: Iterable[AuditedWork]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(work.doi for work in works))


def _quoted_list(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
