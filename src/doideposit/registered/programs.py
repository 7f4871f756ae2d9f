"""What is in programs and in Crossmark of a registered record, in the words of a record file."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from doideposit.records.origin import RawValue
from doideposit.registered.texts import ReadText
from doideposit.safe_xml import Element, local_name

__all__ = ["Program"]

Fields = dict[str, RawValue]


@dataclass(frozen=True, slots=True)
class Program:
    """Hold the element of a program: funding, licences, relations, or clinical trials."""

    element: Element

    @property
    def kind(self) -> str:
        """Return the kind of a program: by its name, else by its namespace, else by its content."""
        element = self.element
        # In unixref all programs are called `program`, without a namespace: the name or what is in it tells them apart.
        name = element.get("name") or ""
        space = str(etree.QName(element).namespace or "").rpartition("/")[2].removesuffix(".xsd")
        inside = {"assertion": "fundref", "license_ref": "AccessIndicators", "free_to_read": "AccessIndicators"}
        first = next(
            (
                inside.get(local_name(child), "relations")
                for child in element
                if local_name(child) != "clinical-trial-number"
            ),
            "",
        )
        return name if name in {"fundref", "AccessIndicators", "relations"} else space or first

    def licences(self) -> list[Fields]:
        """Return the licences."""
        return [_licence(element) for element in self.element.iterfind("{*}license_ref")]

    def funders(self) -> list[Fields]:
        """Return the funders, each with its awards; older records have no element around each."""
        groups = [element for element in self.element.iterfind("{*}assertion") if element.get("name") == "fundgroup"]
        # Before groups existed one program held one funder.
        return [one for group in groups or [self.element] if (one := _funder(group))]

    def relations(self) -> Iterator[Fields]:
        """Yield the relations that the publisher deposited, without those that Crossref added."""
        for item in self.element.iterfind("{*}related_item"):
            description = item.find("{*}description")
            words = "" if description is None else ReadText.markup(description)
            language = None if description is None else description.get("language")
            for relation in item:
                kind = relation.get("relationship-type")
                # Crossref marks the relations that it found by itself.
                if kind and relation.get("provider") != "crossref":
                    parts: Fields = {
                        "type": kind, "identifier": ReadText.plain(relation),
                        "identifier_type": relation.get("identifier-type"), "namespace": relation.get("namespace"),
                        "description": words, "language": language,
                    }  # fmt: skip
                    yield {key: value for key, value in parts.items() if value}

    @staticmethod
    def assertion(element: Element) -> Fields:
        """Return what Crossmark shows, such as when a commentary was received."""
        names = {
            "name": "name", "label": "label", "group": "group_name", "group_label": "group_label", "order": "order",
            "explanation": "explanation", "url": "href",
        }  # fmt: skip
        parts: Fields = {key: element.get(name) for key, name in names.items()}
        parts["text"] = ReadText.markup(element)
        # A record file makes a label from the name where it says nothing; Crossmark shows nothing then.
        parts["label"] = parts["label"] or ""
        return {key: value for key, value in parts.items() if value or key == "label"}


def _funder(group: Element) -> Fields | None:
    """Return one funder with its awards, or None if the group names none."""
    found: Fields = {}
    awards: list[RawValue] = []
    grants: list[RawValue] = []
    for element in group.iter("{*}assertion"):
        # What Crossref matched by itself is not the publisher's word, and comes back after every deposit.
        if element.get("provider") == "crossref":
            continue
        own = ReadText.own(element)
        match element.get("name"):
            case "funder_name":
                found["name"] = own
            case "funder_identifier" | "funding_identifier":
                # Older records name a funder only by the number; all DOIs of the Funder Registry begin with 10.13039.
                found["funder_id"] = own if "/" in own else ReadText(f"10.13039/{own}", element)
            case "ror":
                found["ror"] = own
            case "award_number":
                awards.append(own)
            case "grant_doi":
                grants.append(own)
    named = {"awards": awards, "grant_dois": grants}
    found |= {key: value for key, value in named.items() if value}
    return found or None


def _licence(element: Element) -> Fields:
    """Return a licence; without a version of the text it applies to, where Crossref has none in particular."""
    parts = {
        "url": ReadText.plain(element),
        "start_date": element.get("start_date"),
        "applies_to": element.get("applies_to"),
    }
    # A record file means the version of record where it says nothing; Crossref means no version in particular.
    return {key: value for key, value in parts.items() if value or key == "applies_to"}
