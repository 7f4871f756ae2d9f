"""Documents whose header says everything: the header is their record, and stays where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from doideposit.findings import Loc, nearest
from doideposit.records.extraction.header_fields import OWN, header_fields
from doideposit.records.extraction.header_values import HeaderNotes, HeaderValue, Stated, Taken
from doideposit.records.origin import Origin, Place, RawRecord, RawValue
from doideposit.records.sources.interface import Header

__all__ = ["header_record"]


def header_record(header: Header, file: str) -> RawRecord:
    """Return the record that a header holds, with the place of every value in the file.

    What cannot be read in one way only is an error at its line: nothing of it is deposited by guessing.
    """
    notes = HeaderNotes(header, file, strict=True)
    fields = header_fields(header, notes)
    own = HeaderValue(header.data, ()).get(OWN)
    given = dict(own.entries()) if own else {}
    top = {key: value for key, value in fields.items() if key not in given}
    places: dict[Loc, Place] = {(): Place(1, 1)}
    data: dict[str, RawValue] = {}
    for key, stated in top.items():
        data[key] = _record_data(stated, (key,), header, places)
    for key, value in given.items():
        data[key] = value.value
        places |= {(key, *loc[len(value.loc) :]): place for loc, place in _places_below(header, value.loc)}
    kept = [one for one in notes.found if (one.where.field or "") not in given]
    return RawRecord(data, Origin(file, None, places), (*header.findings, *kept))


def _record_data(stated: Stated, loc: Loc, header: Header, places: dict[Loc, Place]) -> RawValue:
    match stated:
        case Taken(text, source, _):
            place = _nearest_place(header, source)
            if place is not None:
                places[loc] = place
            return text
        case Mapping():
            return {key: _record_data(part, (*loc, key), header, places) for key, part in stated.items()}
        case _:
            return [_record_data(part, (*loc, index), header, places) for index, part in enumerate(stated)]


def _nearest_place(header: Header, loc: Loc) -> Place | None:
    way, place = nearest(header.places, loc) or ((), None)
    if place is None or not way:
        return None
    # Inside the value, columns are known only where the text was taken over as a whole.
    return place if way == loc else replace(place, text_column=None)


def _places_below(header: Header, loc: Loc) -> Iterator[tuple[Loc, Place]]:
    return ((each, place) for each, place in header.places.items() if each[: len(loc)] == loc)
