"""A registered record as a record file: what belongs to the series is left to it, and what cannot be said is named.

The text is for people who will look after it: the keys of a new record, nothing that follows from the series, and
comments for everything that the file cannot say.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.series import RecordType, Series
from doideposit.records.origin import RawValue
from doideposit.records.sources.writing import record_yaml
from doideposit.registered.reading import RegisteredRecord

__all__ = ["AdoptableRecord"]

_REPORTS: Final = (RecordType.REPORT_SERIES, RecordType.REPORT_SINGLE)
# Lines of this length can be read side by side with a document.
_WIDTH: Final = 112
# A component list or a Crossmark block can have pages of XML; the ledger keeps all of it.
_SHOWN: Final = 600
# Without them no record file can be deposited, so that the person is told.
_NEEDED: Final = {
    "title": "it has no title, but a record needs one",
    "published": "it has no date, but a record needs one: published or published_print",
}


class AdoptableRecord(NamedTuple):
    """Hold a registered record and the series that it belongs to, to write it as a record file."""

    record: RegisteredRecord
    series: Series

    @staticmethod
    def series_of(record: RegisteredRecord, doi: Doi, owner: str, known: Mapping[str, Series]) -> Series | None:
        """Return the series that a registered record belongs to; None where it is not described, or not clear.

        By the pattern of its DOIs, else by an ISSN, else by its title, else because the owner's prefix has only one: a
        report that was registered by itself names no series.
        """
        by_pattern = [series for series in known.values() if series.has_pattern and series.number_in(doi) is not None]
        named = _issns(record)
        by_issn = [series for series in known.values() if named & {str(issn.issn) for issn in series.issns}]
        title = record.series.get("title")
        by_title = [
            series for series in known.values() if isinstance(title, str) and _fold(series.title) == _fold(title)
        ]
        of_owner = [series for series in known.values() if series.prefix in {owner, doi.prefix}]
        for found in (by_issn, by_title, [] if named else by_pattern, [] if named or title else of_owner):
            if found:
                chosen = [series for series in found if series in by_pattern] or found
                return chosen[0] if len(chosen) == 1 else None
        return None

    def fields(self, *, named: bool) -> dict[str, RawValue]:
        """Return the keys and values of a record file that gives the registered record again.

        `named` says whether the file names its series, which it must where there are several.
        """
        record, series = self.record, self.series
        fields = {key: value for key, value in record.fields.items() if value or key == "free_to_read"}
        _take_number_from_doi(fields, series.number_in(Doi(record.doi)))
        number = fields.get("number")
        if "free_to_read" in fields and not fields["free_to_read"]:
            fields["free_to_read"] = "true"
        if record.record_type is RecordType.POSTED:
            # Posted content has one date, and no medium of it.
            fields.pop("published_print", None)
        if isinstance(number, str) and _derived_doi(series, number) == record.doi:
            fields.pop("doi", None)
        if isinstance(number, str) and fields.get("url") == series.url_for(number):
            fields.pop("url", None)
        if isinstance(licences := fields.get("licences"), list):
            # In a record file a licence is that of the version of record, unless it says something else.
            fields["licences"] = [
                {**licence, "applies_to": licence.get("applies_to") or "unspecified"}
                for licence in licences
                if isinstance(licence, Mapping)
            ]
        own = _own_fields(record, series)
        lacks = list(_missing_fields(record, series, fields))
        if fields.get("language") == series.language:
            fields.pop("language", None)
        if isinstance(number, str) and fields.get("report_number") == f"{series.title} {number}":
            fields.pop("report_number", None)
        return {**({"series": series.name} if named else {}), **fields, **own, **({"without": lacks} if lacks else {})}

    def text(self, fields: Mapping[str, RawValue], notes: Iterable[str], *, heading: str, schema: str | None) -> str:
        """Return the text of the file with these `fields`, and a comment for all that it cannot say.

        `heading` says what the file is, `notes` what a person should know of it; `schema` is where editors find the
        JSON Schema of records.
        """
        lines = [*_comment_lines(heading)]
        for note in notes:
            lines += ["#", *_comment_lines(note)]
        for name, words in _NEEDED.items():
            if not fields.get(name) and not (name == "published" and fields.get("published_print")):
                lines += ["#", *_comment_lines(f"{name}: {words}.")]
        for left in self.record.leftovers:
            xml = left.xml if len(left.xml) <= _SHOWN else f"{left.xml[:_SHOWN]}…"
            words = f"Registered as {left.name}, but a record has no field for it; an update would delete it: {xml}"
            lines += ["#", *_comment_lines(words)]
        first, _, rest = record_yaml(fields, schema=schema).partition("\n")
        body = f"{first}\n" + "".join(f"{line}\n" for line in lines) + rest
        return body if schema else "".join(f"{line}\n" for line in lines) + f"{first}\n{rest}"


def _issns(record: RegisteredRecord) -> set[str]:
    entries = record.series.get("issns")
    listed = entries if isinstance(entries, list) else []
    return {str(one["issn"]) for one in listed if isinstance(one, Mapping)}


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _take_number_from_doi(fields: dict[str, RawValue], made: str | None) -> None:
    """Separate number and volume if the number was too long for its place and became an identifier."""
    identifiers = fields.get("identifiers")
    listed = identifiers if isinstance(identifiers, list) else []
    own = [one for one in listed if isinstance(one, Mapping) and one.get("identifier") == made]
    if made is None or not own or fields.get("number") == made:
        return
    fields["volume"], fields["number"] = fields.get("number"), made
    rest = [one for one in listed if one is not own[0]]
    fields["identifiers"] = rest
    for name in ("volume", "identifiers"):
        if not fields[name]:
            del fields[name]


def _derived_doi(series: Series, number: str) -> str:
    try:
        made = series.doi_for(number)
    # A number that the pattern cannot take stays beside the DOI.
    except InvalidIdentifier:
        return ""
    return "" if made is None else made.printed


def _own_fields(record: RegisteredRecord, series: Series) -> dict[str, RawValue]:
    """Return what the record is registered with otherwise than the series says."""
    own: dict[str, RawValue] = {}
    if record.record_type is not None and record.record_type is not series.record_type:
        own["record_type"] = record.record_type.value
    posted = record.series.get("posted_type")
    if record.record_type is RecordType.POSTED and posted != series.posted_type:
        own["posted_type"] = posted
    publisher = record.series.get("publisher")
    if publisher and record.record_type in _REPORTS and publisher != _as_texts(series.publisher):
        own["publisher"] = publisher
    body = record.series.get("institution")
    if (
        body
        and "institutions" not in record.fields
        and [body] != [_as_texts(institution) for institution in series.institutions]
    ):
        own["institutions"] = [body]
    return own


def _as_texts(model: object) -> dict[str, RawValue]:
    """Return the set fields of a configuration model, as texts."""
    dumped: dict[str, object] = getattr(model, "model_dump", lambda **_: {})(mode="json", exclude_none=True)
    return {key: _as_read(value) for key, value in dumped.items() if value}


def _as_read(value: object) -> RawValue:
    """Return a value in the form of a registered record: the only text of a list without its list."""
    if not isinstance(value, list):
        return str(value)
    return str(value[0]) if len(value) == 1 else [str(one) for one in value]


def _missing_fields(record: RegisteredRecord, series: Series, fields: Mapping[str, RawValue]) -> Iterator[str]:
    """Yield the fields that are not registered, but required, or filled in from the series."""
    kind = record.record_type
    if not fields.get("authors"):
        yield "authors"
    said = {
        "language": series.language, "licences": series.licences, "free_to_read": series.free_to_read,
        "crossmark_policy": series.crossmark_policy,
    }  # fmt: skip
    for name, value in said.items():
        if value and not fields.get(name) and not (name == "crossmark_policy" and kind is RecordType.POSTED):
            yield name
    if kind in _REPORTS and series.publisher and not record.series.get("publisher"):
        yield "publisher"
    if kind is not RecordType.JOURNAL and series.institutions and not record.series.get("institution"):
        yield "institutions"
    if kind in _REPORTS and not fields.get("report_number"):
        yield "report_number"
    if kind in {RecordType.REPORT_SINGLE, RecordType.POSTED} and not _names_series(fields, series):
        yield "is_part_of"


def _names_series(fields: Mapping[str, RawValue], series: Series) -> bool:
    relations = fields.get("relations")
    listed = relations if isinstance(relations, list) else []
    named = {one.get("identifier") for one in listed if isinstance(one, Mapping) and one.get("type") == "isPartOf"}
    return all(str(issn.issn) in named for issn in series.issns)


def _comment_lines(text: str) -> Iterator[str]:
    # A line end or a control sign in a registered text must not end the comment.
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+", " ", text)
    for row in textwrap.wrap(plain, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {row}"
