"""Our own JSON Schemas: the record and the configuration, for editors that complete and check, and the plan file.

They are made from the models (`python -m doideposit.json_schemas` writes them to ``schemas/``). A schema lets numbers
stand for texts (``number: 258``), because an editor reads YAML's own types; and it cannot say what hangs together, such
as check digits, or the DOI and the number: that a record fits it is a help for typing and no verdict.
"""

import json
import re
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from doideposit.config.schema import ConfigurationFile
from doideposit.deposits.plans.document import PlanFile
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.descriptions import descriptions
from doideposit.records.models.text import ONE_TEXT, WORDS
from doideposit.records.sources.interface import REFERENCES_FILE

__all__ = ["JsonSchema", "schema_path"]

# The newest draft, which editors for YAML and JSON read.
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# A wheel carries the schemas inside the package; in a checkout they are beside `src`.
FOLDERS: Final = (Path(__file__).resolve().parent / "schemas", Path(__file__).resolve().parents[2] / "schemas")

Schema = dict[str, Any]


class JsonSchema(StrEnum):
    """Name one of our schemas; its file is called after it, such as ``record.schema.json``."""

    RECORD = "record"
    CONFIGURATION = "configuration"
    PLAN = "plan"

    def make(self) -> Schema:
        """Return the schema, made from the models."""
        if self is JsonSchema.RECORD:
            return _make_record_schema()
        return _make_configuration_schema() if self is JsonSchema.CONFIGURATION else _make_plan_schema()

    def text(self) -> str:
        """Return the schema as the text of its file; the same models always give the same text."""
        return json.dumps(self.make(), ensure_ascii=False, indent=2) + "\n"

    def path(self, folders: Iterable[Path] = FOLDERS) -> Path | None:
        """Return where this installation keeps the file; None where there is none."""
        files = (folder / f"{self}.schema.json" for folder in folders)
        return next((file for file in files if file.is_file()), None)

    def location(self, folders: Iterable[Path] = FOLDERS) -> str | None:
        """Return the file as the first line of a record or of a configuration names it; None where there is none."""
        path = self.path(folders)
        if path is None:
            return None
        # A modeline ends at white space, and an address has none.
        return path.as_uri() if any(map(str.isspace, str(path))) else str(path)

    @classmethod
    def write_all(cls, folder: Path) -> tuple[Path, ...]:
        """Write the schemas into a folder and return their paths."""
        files = {folder / f"{schema}.schema.json": schema for schema in cls}
        for file, schema in files.items():
            file.write_text(schema.text(), encoding="utf-8")
        return tuple(files)


def schema_path(name: str) -> Path | None:
    """Return `JsonSchema.path` of a schema, by the name that the documentation had for it."""
    return JsonSchema(name).path()


def _make_record_schema() -> Schema:
    """Return the schema of a record file: one record or a list of records."""
    made, definitions = _make_schema(Commentary)
    made["properties"]["series"] = {
        "type": "string",
        "title": "Series",
        "description": "The short name of the series in the configuration; may be left out if there is only one.",
        "examples": ["sadf-comment"],
    }
    # A record names its series: the models of a series belong to the configuration.
    for name in ("Series", "IssnMedium", "SeriesIssn"):
        definitions.pop(name, None)
    made["properties"]["free_to_read"] = _with_alternative(made["properties"]["free_to_read"], {"type": "boolean"})
    made["properties"][REFERENCES_FILE] = {
        "title": "References file",
        "description": "Files of references beside the record, in BibTeX, RIS or CSL, in place of `references`.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "examples": ["references.bib"],
    }
    # A work that names nobody says so.
    nobody = {"required": ["without"], "properties": {"without": {"contains": {"const": "authors"}}}}
    made["required"] = ["title"]
    made["allOf"] = [
        {"anyOf": [{"required": ["authors"]}, nobody]},
        {"anyOf": [{"required": ["number"]}, {"required": ["doi"]}]},
        {"anyOf": [{"required": ["published"]}, {"required": ["published_print"]}]},
    ]
    # Somebody with one name only has it as `name`, and then no other.
    definitions["Person"].pop("required")
    definitions["Person"]["anyOf"] = [{"required": ["family"]}, {"required": ["name"]}]
    for name in ("mime_type", "content_version"):
        definitions["FullText"]["properties"][name] = _with_alternative(
            definitions["FullText"]["properties"][name], {"const": "unknown"}
        )
    made["examples"] = [_EXAMPLE]
    definitions["Commentary"] = made
    for definition in definitions.values():
        _allow_numbers(definition)
    for name, key in _SHORTHANDS.items():
        definitions[name] = _allow_shorthand(definitions[name], key)
    return {
        "$schema": DIALECT,
        "title": "doideposit record",
        "description": "One commentary, or a list of commentaries, to be registered with Crossref.",
        "anyOf": [{"$ref": "#/$defs/Commentary"}, {"type": "array", "items": {"$ref": "#/$defs/Commentary"}}],
        # Sorted, so that the committed file changes only where a model did.
        "$defs": dict(sorted(definitions.items())),
    }


def _make_configuration_schema() -> Schema:
    """Return the JSON Schema of ``doideposit.toml``."""
    made, definitions = _make_schema(ConfigurationFile)
    series = definitions["Series"]
    # In the file the name of a series is the heading of its table.
    series["properties"].pop("name")
    series["required"].remove("name")
    series["properties"]["free_to_read"] = _with_alternative(series["properties"]["free_to_read"], {"type": "boolean"})
    definitions["Licence"] = _allow_shorthand(definitions["Licence"], "url")
    definitions["Institution"] = _allow_shorthand(definitions["Institution"], "name")
    reference = definitions["PasswordReference"]
    # A password is kept in exactly one of the four places.
    reference.update(minProperties=1, maxProperties=1)
    # A token is kept in one of the same places; beside it stands what it is good for.
    token = definitions["TokenReference"]
    token["properties"] |= reference["properties"]
    token["oneOf"] = [{"required": [place]} for place in reference["properties"]]
    return {
        "$schema": DIALECT,
        **made,
        "title": "doideposit configuration",
        # Sorted for the same reason.
        "$defs": dict(sorted(definitions.items())),
    }


def _make_plan_schema() -> Schema:
    """Return the JSON Schema of a plan file, for programs that read one; only doideposit writes them."""
    made, definitions = _make_schema(PlanFile, null=True)
    return {"$schema": DIALECT, **made, "title": "doideposit plan", "$defs": dict(sorted(definitions.items()))}


# Models that can also be written as a bare text, and the key that text stands for.
_SHORTHANDS: Final = {
    "Abstract": "text",
    "Institution": "name",
    "AltName": "text",
    "Licence": "url",
    "Version": "label",
    "Pages": "first",
    "PrintedIsbn": "isbn",
    "FurtherIdentifier": "identifier",
    "TranslatedTitle": "text",
}

# The example that every page of the documentation has, so that editors show nothing else.
_EXAMPLE: Final = {
    "series": "sadf-comment",
    "number": "258",
    "title": "Prospects for NATO-Japan relations",
    "published": "2023-09-14",
    "authors": [
        {"given": "Siegfried O.", "family": "Wolf", "affiliations": [{"name": "South Asia Democratic Forum"}]},
    ],
    "url": "https://www.sadf.eu/comment-258/",
}


def _make_schema(model: type[BaseModel], *, null: bool = False) -> tuple[Schema, dict[str, Schema]]:
    """Return the schema of a model and its definitions, with every description, and without pydantic's filler."""
    made = model.model_json_schema()
    definitions: dict[str, Schema] = made.pop("$defs", {})
    models = {each.__name__: each for each in _models_below(model, set())}
    _add_descriptions(made, models.get(model.__name__), null=null)
    for name, definition in definitions.items():
        _add_descriptions(definition, models.get(name), null=null)
    return made, definitions


def _models_below(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterable[type[BaseModel]]:
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield from _models_below(inner, seen)


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def _add_descriptions(definition: Schema, model: type[BaseModel] | None, *, null: bool) -> None:
    if model is None:
        # What an enumeration is called in the code says nothing to the person who types.
        definition.pop("title", None)
        return
    texts = descriptions(model)
    if "description" in definition:
        definition["description"] = _prose(definition["description"])
    for name, inner in definition.get("properties", {}).items():
        field = model.model_fields[name]
        kept = dict(inner) if null else _without_null(inner)
        tidy = _with_pattern(kept, _pattern_of(field.annotation, field.metadata))
        tidy["title"] = _title_of(name)
        if name in texts:
            tidy["description"] = _prose(texts[name])
        # A plan file is written by the program, and always has the list.
        alone = not null and (ONE_TEXT in field.metadata or WORDS in field.metadata)
        definition["properties"][name] = _or_one(tidy) if alone else tidy


def _or_one(listed: Schema) -> Schema:
    """Allow a single text in place of a list of texts; an entry with keys of its own needs the list."""
    item = listed["items"]
    # Pydantic takes the limit after our validator for that of a text.
    named = {"maxItems" if key == "maxLength" else key: value for key, value in listed.items()}
    return _with_alternative(named, item if item.get("type") == "string" else {"type": "string"})


def _prose(text: str) -> str:
    """Return a docstring as an editor shows it: one line for each paragraph."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text.replace("``", "`"))


def _pattern_of(annotation: Any, metadata: Iterable[Any] = ()) -> str | None:
    """Return the pattern of a text; pydantic's own schema lacks it if the text is normalised first."""
    own = [*metadata, *(inner for each in metadata for inner in getattr(each, "metadata", ()))]
    found = [pattern for each in own if isinstance(pattern := getattr(each, "pattern", None), str)]
    found += [pattern for each in getattr(annotation, "__metadata__", ()) if (pattern := _pattern_of(None, [each]))]
    if not found:
        inner = getattr(annotation, "__args__", ()) or (getattr(annotation, "__origin__", None),)
        found = [pattern for each in inner if each is not None and (pattern := _pattern_of(each))]
    return found[-1] if found else None


def _with_pattern(inner: Schema, pattern: str | None) -> Schema:
    if pattern is None or "$ref" in inner:
        return inner
    if isinstance(inner.get("items"), dict):
        return {**inner, "items": _with_pattern(inner["items"], pattern)}
    return inner if "pattern" in inner or inner.get("type") != "string" else {**inner, "pattern": pattern}


def _title_of(name: str) -> str:
    known = {"doi": "DOI", "url": "Address", "orcid": "ORCID iD", "ror": "ROR id", "isni": "ISNI", "issn": "ISSN"}
    return known.get(name, name.replace("_", " ").capitalize())


def _without_null(inner: Schema) -> Schema:
    """Remove null, which stands for a missing key, and the defaults that say only that."""
    inner = dict(inner)
    if not isinstance(inner.get("default"), str | int | float):
        inner.pop("default", None)
    choices = [choice for choice in inner.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        inner.pop("anyOf")
        inner |= choices[0]
    return inner


def _allow_numbers(definition: Schema) -> None:
    """Allow a number for a text that can be all digits: an editor reads 258 as a number."""
    for name, inner in definition.get("properties", {}).items():
        definition["properties"][name] = _allow_number(inner)


def _allow_number(inner: Schema) -> Schema:
    if isinstance(inner.get("items"), dict):
        return {**inner, "items": _allow_number(inner["items"])}
    if isinstance(inner.get("anyOf"), list):
        return {**inner, "anyOf": [_allow_number(each) for each in inner["anyOf"]]}
    if inner.get("type") == "string" and not {"format", "enum", "const"} & inner.keys() and _takes_digits(inner):
        return {**inner, "type": ["string", "number"]}
    return inner


# A short number, a year, an ISSN and an ISNI without hyphens: what people write only in digits.
_DIGITS: Final = ("1", "2023", "24065617", "0000000405062673")


def _takes_digits(inner: Schema) -> bool:
    pattern = inner.get("pattern")
    return pattern is None or any(re.search(pattern, digits) for digits in _DIGITS)


def _with_alternative(inner: Schema, other: Schema) -> Schema:
    """Allow an alternative to the schema of the model, and keep its description."""
    words: Schema = {key: inner[key] for key in ("title", "description", "default", "examples") if key in inner}
    rest = {key: value for key, value in inner.items() if key not in words}
    return {**words, "anyOf": [rest, other]}


def _allow_shorthand(definition: Schema, key: str) -> Schema:
    words: Schema = {name: definition[name] for name in ("title", "description") if name in definition}
    text = {name: value for name, value in definition["properties"][key].items() if name not in words}
    rest = {name: value for name, value in definition.items() if name not in words}
    return {**words, "anyOf": [text, rest]}


if __name__ == "__main__":
    for path in JsonSchema.write_all(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas")):
        print(path)  # noqa: T201  (this is the command's answer)
