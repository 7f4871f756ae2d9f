"""Read a registered record into the fields of a record file: from unixsd, unixref and deposit files of any version.

Names are compared without namespaces: Crossref's answers have another namespace than deposits, and unixref has none.
Nothing is dropped in silence: what a record file has no field for is a `Leftover`, with its XML.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import Final

from doideposit.crossref.xml.elements import doi_holders
from doideposit.records.models.series import RecordType
from doideposit.records.origin import RawValue
from doideposit.registered.people import contributors, institution
from doideposit.registered.programs import Program
from doideposit.registered.texts import Leftover, ReadText
from doideposit.safe_xml import Element, ParsedXml, local_name

__all__ = ["RegisteredRecord"]

Fields = dict[str, RawValue]

# The element around the metadata tells the type of the record.
RECORD_TYPES: Final = {
    "report-paper_series_metadata": RecordType.REPORT_SERIES,
    "report-paper_metadata": RecordType.REPORT_SINGLE,
    "journal_article": RecordType.JOURNAL,
    "posted_content": RecordType.POSTED,
}


@dataclass(frozen=True, slots=True)
class RegisteredRecord:
    """Hold a record in the words of a record file. `series` is what the configuration says of the series.

    `record_type` is None for a kind that no record can be. `matched` are the keys of references whose DOI Crossref
    found by itself: not the publisher's word, and no field. `empty` are the blocks that are there without content,
    `blocks` those with content that stay when a deposit leaves them out; licences and funding inside of Crossmark are
    ``crossmark/licences`` and ``crossmark/funding``. `kind` is the name of the element that holds the DOI,
    `found` the DOIs that Crossref found for references, by key. `only_volume` says that what is read as
    the number of a report stands nowhere but in ``volume``: most tools write the number there, and some a volume.
    """

    doi: str
    record_type: RecordType | None
    fields: Mapping[str, RawValue]
    series: Mapping[str, RawValue] = field(default_factory=dict)
    leftovers: tuple[Leftover, ...] = ()
    matched: tuple[str, ...] = ()
    empty: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    kind: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    only_volume: bool = False

    @staticmethod
    def number_in(xml: bytes, doi: str) -> RawValue:
        """Return the number of the record of a DOI; None where there is no record, or no number in it."""
        return record.fields.get("number") if (record := RegisteredRecord.read(xml, doi)) else None

    @staticmethod
    def read(xml: bytes, doi: str) -> "RegisteredRecord | None":
        """Read the record of one DOI from an answer or a deposit file; None if it is not there."""
        root = ParsedXml.of(xml.strip()).root
        return None if root is None else RegisteredRecord.of_doi(root, doi)

    @staticmethod
    def read_all(xml: bytes) -> "dict[str, RegisteredRecord]":
        """Read every record of an answer or a deposit file, by its DOI in small letters."""
        root = ParsedXml.of(xml.strip()).root
        if root is None:
            return {}
        found = (_Reader(holder).read() for _, holder in doi_holders(root) if local_name(holder) in RECORD_TYPES)
        return {record.doi.casefold(): record for record in found}

    @staticmethod
    def of_doi(root: Element, doi: str) -> "RegisteredRecord | None":
        """Read the record of one DOI out of a parsed answer or file; None where it is not in there."""
        holder = next((holder for key, holder in doi_holders(root) if key == doi.lower()), None)
        return None if holder is None else _Reader(holder).read()

    @staticmethod
    def works_in(root: Element, kinds: Container[str]) -> "Iterator[RegisteredRecord]":
        """Yield the works of these kinds in a deposit file; each text has the element that it was read from."""
        for data in root.iter("{*}doi_data"):
            holder = data.getparent()
            if holder is not None and local_name(holder) in kinds:
                yield _Reader(holder).read(traced=True)


def _text_at(element: Element, path: str) -> str:
    found = element.find("/".join(f"{{*}}{step}" for step in path.split("/")))
    return "" if found is None else ReadText.plain(found)


class _Reader:
    """Walk the children of the element that holds the DOI, each once."""

    def __init__(self, holder: Element) -> None:
        self.holder = holder
        self.fields: Fields = {}
        self.series: Fields = {}
        self.leftovers: list[Leftover] = []
        self.matched: list[str] = []
        self.found: dict[str, str] = {}
        self.empty: set[str] = set()
        self.blocks: set[str] = set()
        self._inside = ""

    def read(self, *, traced: bool = False) -> RegisteredRecord:
        name = local_name(self.holder)
        around = self.holder.getparent()
        # Journal and issue are beside the article, and a record file keeps them with the series.
        if around is not None and name == "journal_article":
            self._read_journal(around)
        self._read_attributes(name, around)
        for child in self.holder:
            self._read_child(child)
        self._find_number()
        self._combine_files()
        kept: Callable[[Fields], Fields] = dict if traced else ReadText.bare
        return RegisteredRecord(
            str(_text_at(self.holder, "doi_data/doi")), RECORD_TYPES.get(name), kept(self.fields), kept(self.series),
            tuple(self.leftovers), tuple(self.matched), frozenset(self.empty), frozenset(self.blocks),
            name, self.found, self._has_only_volume(),
        )  # fmt: skip

    def _read_attributes(self, name: str, around: Element | None) -> None:
        language = self.holder.get("language")
        if language:
            self.fields["language"] = language
        if name == "posted_content":
            self.series["posted_type"] = self.holder.get("type") or "preprint"
        # The attribute is on `report-paper` itself, and the DOI two steps below.
        outer = around if around is not None and name.startswith("report-paper") else self.holder
        kind = outer.get("publication_type") or "full_text"
        if kind != "full_text":
            self.leftovers.append(Leftover("publication_type", kind))

    def _read_child(self, child: Element) -> None:
        name = local_name(child)
        read = _HANDLERS.get(name)
        if read is not None:
            read(self, child)
        elif name in _PLAIN:
            self._keep_value(_PLAIN[name], ReadText.plain(child), child)
        elif name:
            self._leave_over(child)

    def _keep_value(self, key: str, value: RawValue, child: Element) -> None:
        """Keep a value; a second, different one becomes a leftover."""
        if value and self.fields.setdefault(key, value) != value:
            self._leave_over(child)

    def _leave_over(self, element: Element, name: str | None = None) -> None:
        self.leftovers.append(Leftover.of(name or local_name(element), element))

    def _leave_unknown_children(self, element: Element, known: str, where: str) -> None:
        """Leave over every child that is not among the known names."""
        for child in element:
            if local_name(child) and local_name(child) not in known.split():
                self._leave_over(child, f"{where}.{local_name(child)}")

    # The container.

    def _read_journal(self, around: Element) -> None:
        # Both come before the articles, of which there may be thousands.
        before = {
            local_name(element): element
            for element in takewhile(lambda element: local_name(element) != "journal_article", around)
        }
        metadata = before.get("journal_metadata")
        if metadata is not None:
            self._read_container(metadata, "full_title")
            language = metadata.get("language")
            if language:
                self.series["language"] = language
        issue = before.get("journal_issue")
        if issue is not None:
            named = {"number": _text_at(issue, "issue"), "volume": _text_at(issue, "journal_volume/volume")}
            self.fields |= {key: value for key, value in named.items() if value}
            self._leave_unknown_children(issue, "issue journal_volume publication_date doi_data", "journal_issue")

    def _read_container(self, metadata: Element, title: str) -> None:
        self.series["title"] = _text_at(metadata, title)
        short = _text_at(metadata, "abbrev_title")
        if short:
            self.series["abbreviated_title"] = short
        self.series["issns"] = [
            {"issn": ReadText.issn(element), "medium": element.get("media_type") or "print"}
            for element in metadata.iterfind("{*}issn")
        ]
        self._leave_unknown_children(metadata, "full_title titles issn abbrev_title doi_data", local_name(metadata))

    def read_series_metadata(self, element: Element) -> None:
        self._read_container(element, "titles/title")

    def read_group_title(self, element: Element) -> None:
        self.series["title"] = ReadText.plain(element)

    def read_publisher(self, element: Element) -> None:
        parts = {"name": _text_at(element, "publisher_name"), "place": _text_at(element, "publisher_place")}
        self.series["publisher"] = {key: value for key, value in parts.items() if value}

    def read_institution(self, element: Element) -> None:
        body, unknown = institution(element)
        for node in unknown:
            self._leave_over(node, f"institution.{local_name(node)}")
        if self.series.setdefault("institution", body) != body:
            # The series has one of them; that there are several, the record says.
            bodies = self.fields.setdefault("institutions", [self.series["institution"]])
            assert isinstance(bodies, list)  # noqa: S101 - this method alone puts it there
            bodies.append(body)

    # The bibliography.

    def read_titles(self, element: Element) -> None:
        further = "title" in self.fields
        (self._read_further_titles if further else self._read_main_titles)(element)

    def _read_main_titles(self, element: Element) -> None:
        original: Fields | None = None
        for child in element:
            text = ReadText.markup(child)
            match local_name(child):
                case "subtitle" if original is not None:
                    original["subtitle"] = text
                case "title" | "subtitle" as name:
                    self._keep_value(name, text, child)
                case "original_language_title" if original is None:
                    # `und` is the code of ISO 639-2 for a language that nobody named.
                    original = {"text": text, "language": child.get("language") or "und"}
                case name if name:
                    self._leave_over(child, f"titles.{name}")
        if original is not None:
            self.fields["original_title"] = {key: value for key, value in original.items() if value != "und"}

    def _read_further_titles(self, element: Element) -> None:
        """Read the titles of a further language, which only articles of journals have."""
        named = {"text": "title", "subtitle": "subtitle"}
        found = {
            key: ReadText.markup(node)
            for key, name in named.items()
            if (node := element.find(f"{{*}}{name}")) is not None
        }
        before = self.fields.setdefault("translated_titles", [])
        assert isinstance(before, list)  # noqa: S101 - this method alone puts it there
        before.append(found)
        self._leave_unknown_children(element, "title subtitle", "titles")

    def read_contributors(self, element: Element) -> None:
        people, unknown = contributors(element)
        self.leftovers += [Leftover.of(name, node) for name, node in unknown]
        self.fields["authors"] = people

    def read_abstract(self, element: Element) -> None:
        found = self.fields.setdefault("abstracts", [])
        assert isinstance(found, list)  # noqa: S101 - this method alone puts it there
        found.append(ReadText.abstract(element))

    def read_publication_date(self, element: Element) -> None:
        # A date without a medium counts as one of print (crossref5.5.0.xsd: date_t/@media_type).
        medium = element.get("media_type") or "print"
        if medium not in {"online", "print"}:
            self._leave_over(element)
            return
        # A record file has one date for each medium; a second date of the same medium is left over.
        self._keep_value("published" if medium == "online" else "published_print", ReadText.day(element), element)

    def read_posted_date(self, element: Element) -> None:
        self._keep_value("published", ReadText.day(element), element)

    def read_acceptance_date(self, element: Element) -> None:
        self._keep_value("accepted", ReadText.day(element), element)

    def read_pages(self, element: Element) -> None:
        named = {"first": "first_page", "last": "last_page", "other": "other_pages"}
        self.fields["pages"] = {key: text for key, name in named.items() if (text := _text_at(element, name))}

    def read_isbn(self, element: Element) -> None:
        self._add_to_block("isbns", [{"isbn": ReadText.plain(element), "medium": element.get("media_type") or "print"}])

    def read_publisher_item(self, element: Element) -> None:
        for child in element:
            kind = child.get("id_type")
            if local_name(child) == "item_number":
                self.read_item_number(child)
            elif local_name(child) == "identifier" and kind == "report-number" and self._takes_report_number():
                self.fields["report_number"] = ReadText.plain(child)
            elif local_name(child) == "identifier":
                self._add_to_block("identifiers", [{"identifier": ReadText.plain(child), "type": kind or "other"}])
            elif local_name(child):
                self._leave_over(child)

    def _takes_report_number(self) -> bool:
        # An article of a journal has no report number of its own: there it is one identifier among others.
        return "report_number" not in self.fields and local_name(self.holder).startswith("report-paper")

    def read_item_number(self, element: Element) -> None:
        article = (element.get("item_number_type") or "").replace("_", "-") == "article-number"
        # The number of a journal's issue is written as an article number too.
        of_journal = local_name(self.holder) == "journal_article"
        if article and not (of_journal and self.fields.get("number") == ReadText.plain(element)):
            self._keep_value("article_number", ReadText.plain(element), element)
        elif not article:
            # In a series the number may be counted within a volume, which comes before it.
            before = self.fields.get("number")
            if before and before != ReadText.plain(element) and "volume" not in self.fields:
                self.fields |= {"volume": before, "number": ReadText.plain(element)}
            else:
                self._keep_value("number", ReadText.plain(element), element)

    def _find_number(self) -> None:
        """Find the number where Crossref had no room for it as one: it is the long identifier of no other kind."""
        identifiers = self.fields.get("identifiers")
        if self.fields.get("number") or not isinstance(identifiers, list):
            return
        for identifier in identifiers:
            if identifier["type"] == "other" and len(identifier["identifier"]) > NUMBER_LIMIT:
                self.fields["number"] = identifier["identifier"]
                rest = [other for other in identifiers if other is not identifier]
                self.fields |= {"identifiers": rest}
                return

    def _has_only_volume(self) -> bool:
        number = _text_at(self.holder, "volume")
        if not number or self.fields.get("number") != number:
            return False
        data = self.holder.iterfind("{*}doi_data/{*}doi"), self.holder.iterfind("{*}publisher_item/*")
        word = re.compile(rf"(?<!\w){re.escape(number)}(?!\w)")
        return not any(word.search(ReadText.plain(element)) for element in chain(*data))

    def read_version(self, element: Element) -> None:
        parts: Fields = {"label": _text_at(element, "version")}
        description = element.find("{*}description")
        if description is not None:
            parts["text"] = ReadText.markup(description)
            parts["language"] = description.get("{http://www.w3.org/XML/1998/namespace}lang") or description.get("lang")
        self.fields["version"] = {key: value for key, value in parts.items() if value}

    def read_status(self, element: Element) -> None:
        description = element.find("{*}description")
        text = "" if description is None else ReadText.markup(description)
        self.fields["status"] = {"type": element.get("type"), "date": element.get("date"), "text": text}

    def read_archives(self, element: Element) -> None:
        names = [node.get("name") or "" for node in element.iterfind("{*}archive")]
        self._add_to_block("archives", names)

    # What is kept when it is left out.

    def _add_to_block(self, key: str, values: Sequence[RawValue]) -> None:
        if not values:
            self.empty.add(key)
            return
        known = self.fields.get(key)
        before = list(known) if isinstance(known, list) else []
        self.fields[key] = [*before, *(value for value in values if value not in before)]

    def _note_block(self, block: str, element: Element) -> None:
        """Note a block with content, and whether it is inside Crossmark."""
        if len(element):
            self.blocks.add(self._inside + block)

    def read_program(self, element: Element) -> None:
        program = Program(element)
        match program.kind:
            case "fundref":
                self._note_block("funding", element)
                self._add_to_block("funding", program.funders())
            case "AccessIndicators":
                self._note_block("licences", element)
                self._read_access(program)
            case "relations":
                self._note_block("relations", element)
                self._add_to_block("relations", list(program.relations()))
            case _:
                self._leave_over(element, "clinical trials")

    def _read_access(self, program: Program) -> None:
        licences = program.licences()
        free = program.element.find("{*}free_to_read")
        if free is not None:
            days = {"start_date": free.get("start_date"), "end_date": free.get("end_date")}
            self.fields["free_to_read"] = {key: value for key, value in days.items() if value}
        # An empty block is remembered as emptied; one with nothing but free access is not empty.
        if licences or free is None:
            self._add_to_block("licences", licences)

    def read_crossmark(self, element: Element) -> None:
        if not len(element):
            self.empty.add("crossmark_policy")
        self._note_block("crossmark", element)
        # The policy is a DOI of the publisher's own, the same for all of its records as a rule.
        policy = _text_at(element, "crossmark_policy")
        if policy:
            self.fields["crossmark_policy"] = policy
        updates = [
            {"type": node.get("type"), "doi": ReadText.plain(node), "date": node.get("date")}
            for node in element.iterfind("{*}updates/{*}update")
        ]
        if updates:
            self._add_to_block("updates", updates)
        # Programs inside of Crossmark are emptied together with it, so where they stood has to be known.
        self._inside = "crossmark/"
        for program in element.iterfind("{*}custom_metadata/{*}program"):
            self.read_program(program)
        self._inside = ""
        asserted = [Program.assertion(node) for node in element.iterfind("{*}custom_metadata/{*}assertion")]
        if asserted:
            self._add_to_block("assertions", asserted)
        self._leave_unknown_children(element, "crossmark_policy updates custom_metadata crossmark_version", "crossmark")

    def read_citations(self, element: Element) -> None:
        self._note_block("references", element)
        references = [self._read_reference(node) for node in element.iterfind("{*}citation")]
        self._add_to_block("references", references)

    def _read_reference(self, element: Element) -> Fields:
        key = element.get("key") or ""
        parts: Fields = {"key": key, "type": element.get("type")}
        for child in element:
            name = local_name(child)
            if child.get("provider") == "crossref":
                self.matched.append(key)
                self.found[key] = str(ReadText.plain(child))
            elif name == "unstructured_citation":
                parts["text"] = ReadText.markup(child)
            elif name in _CITATION:
                parts[_CITATION[name]] = ReadText.plain(child)
            elif name:
                self._leave_over(child, f"references[{key}].{name}")
        return {name: value for name, value in parts.items() if value}

    def read_doi_data(self, element: Element) -> None:
        self.fields["doi"] = _text_at(element, "doi")
        self.fields["url"] = _text_at(element, "resource")
        for collection in element.iterfind("{*}collection"):
            kind = collection.get("property") or ""
            if kind not in {"text-mining", "crawler-based"} and len(collection):
                self._leave_over(collection, f"collection {kind}")
            elif not len(collection):
                self.empty.add("full_texts")
            else:
                self._note_block("full_texts", collection)

    def _combine_files(self) -> None:
        """Combine the files of both collections: the one in both is the PDF."""
        files: dict[str, Fields] = {}
        for kind, use in (("crawler-based", "similarity_check"), ("text-mining", "text_mining")):
            path = f"{{*}}doi_data/{{*}}collection[@property='{kind}']/{{*}}item/{{*}}resource"
            for page in self.holder.iterfind(path):
                one = files.setdefault(ReadText.plain(page), {"url": ReadText.plain(page)})
                one[use] = "true"
                named = {name: page.get(name) for name in ("mime_type", "content_version")}
                if kind == "text-mining":
                    # A record file means a PDF of the version of record where it says nothing.
                    named = {name: value or "unknown" for name, value in named.items()}
                one.update({key: value for key, value in named.items() if value})
        both = [url for url, one in files.items() if one.get("similarity_check") and one.get("text_mining")]
        like_a_pdf = [
            url
            for url in both
            if files[url].get("mime_type") in _LIKE_A_PDF and files[url].get("content_version") in {"unknown", "vor"}
        ]
        if like_a_pdf:
            self.fields["pdf_url"] = like_a_pdf[0]
            del files[like_a_pdf[0]]
        if files:
            self.fields["full_texts"] = [
                {**file, "text_mining": file.get("text_mining") or "false"} for file in files.values()
            ]


# A full text of unknown type counts as a PDF.
_LIKE_A_PDF: Final = frozenset({"application/pdf", "unknown"})
# Characters that Crossref's schema takes in a volume, an issue and an item number.
NUMBER_LIMIT: Final = 32
_HANDLERS: Final = {
    "titles": _Reader.read_titles, "contributors": _Reader.read_contributors, "abstract": _Reader.read_abstract,
    "publication_date": _Reader.read_publication_date, "posted_date": _Reader.read_posted_date,
    "acceptance_date": _Reader.read_acceptance_date, "approval_date": _Reader.read_acceptance_date,
    "publisher_item": _Reader.read_publisher_item, "version_info": _Reader.read_version, "status": _Reader.read_status,
    "archive_locations": _Reader.read_archives, "program": _Reader.read_program, "crossmark": _Reader.read_crossmark,
    "citation_list": _Reader.read_citations, "doi_data": _Reader.read_doi_data, "publisher": _Reader.read_publisher,
    "institution": _Reader.read_institution, "pages": _Reader.read_pages, "isbn": _Reader.read_isbn,
    "item_number": _Reader.read_item_number, "series_metadata": _Reader.read_series_metadata,
    "group_title": _Reader.read_group_title,
}  # fmt: skip
# Elements by the names that a record file has for them.
_PLAIN: Final = {"volume": "number", "edition_number": "edition"}
_CITATION: Final = {
    "issn": "issn", "journal_title": "journal_title", "author": "author", "volume": "volume", "issue": "issue",
    "first_page": "first_page", "elocation_id": "elocation_id", "cYear": "year", "doi": "doi", "isbn": "isbn",
    "series_title": "series_title", "volume_title": "volume_title", "edition_number": "edition",
    "component_number": "component_number", "article_title": "article_title", "std_designator": "std_designator",
    "standard_designator": "std_designator",
}  # fmt: skip
