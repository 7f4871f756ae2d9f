"""Our own JSON Schemas: in step with the models, valid themselves, and of use to an editor."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from doideposit.json_schemas import JsonSchema, schema_path

SCHEMAS = Path(__file__).parents[2] / "schemas"
RECORD = """\
series: sadf-comment
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors:
  - given: Siegfried O.
    family: Wolf
    affiliations: [{name: South Asia Democratic Forum}]
url: https://www.sadf.eu/comment-258/
references:
  - text: "Schultz, T. (2023, June 15). NATO in Indo-Pacific."
    url: https://www.dw.com/en/
"""
CONFIGURATION = """\
target = "sandbox"
[depositor]
name = "South Asia Democratic Forum"
email = "info@sadf.eu"
registrant = "South Asia Democratic Forum"
[credentials.production]
username = "staff@example.org/role"
password = { env = "CROSSREF_PASSWORD" }
[targets.test]
url = "http://127.0.0.1:8080"
[ledger]
url = "sqlite:///doideposit.sqlite3"
[series.sadf-comment]
title = "SADF Comment"
issn = "2406-5617"
issn_medium = "electronic"
prefix = "10.48251"
doi = "{prefix}/SADF.ISSN.{issn}.C{number}"
record_type = "report-series"
free_to_read = true
licences = ["https://creativecommons.org/licenses/by/4.0/"]
publisher = { name = "South Asia Democratic Forum", place = "Brussels" }
[rules.severity]
title-all-caps = "info"
[[rules.ignore]]
code = "title-all-caps"
reason = "printed so"
"""


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor reads it: numbers are numbers, and a date is a text."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def record_faults(text: str) -> list[str]:
    validator = Draft202012Validator(JsonSchema.RECORD.make(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [fault.message for fault in validator.iter_errors(yaml.load(text, EditorLoader))]


def configuration_faults(text: str) -> list[str]:
    return [
        fault.message
        for fault in Draft202012Validator(JsonSchema.CONFIGURATION.make()).iter_errors(tomllib.loads(text))
    ]


@pytest.mark.parametrize("schema", JsonSchema)
def test_the_files_are_in_step_with_the_models(schema: JsonSchema) -> None:
    path = SCHEMAS / f"{schema}.schema.json"
    assert path.read_text(encoding="utf-8") == schema.text(), "run: python -m doideposit.json_schemas"
    assert schema.path() == path


@pytest.mark.parametrize("schema", [JsonSchema.RECORD.make(), JsonSchema.CONFIGURATION.make()])
def test_each_is_a_valid_schema_in_which_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    for name in {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}:
        assert name in schema["$defs"]


@pytest.mark.parametrize("schema", [JsonSchema.RECORD.make(), JsonSchema.CONFIGURATION.make()])
def test_every_key_has_words_for_the_person_who_types(schema: dict[str, Any]) -> None:
    nodes = [schema, *schema["$defs"].values()]
    nodes += [choice for node in nodes for choice in node.get("anyOf", ())]
    for node in nodes:
        for name, inner in node.get("properties", {}).items():
            assert inner.get("description"), name
            assert inner.get("title"), name
            assert "\n" not in inner["description"], name
            assert "``" not in inner["description"], name
            assert "null" not in str(inner.get("type")), name


def test_nothing_unknown_is_let_through() -> None:
    for schema in (JsonSchema.RECORD.make(), JsonSchema.CONFIGURATION.make()):
        for node in [schema, *schema["$defs"].values()]:
            for each in (node, *node.get("anyOf", ())):
                if "properties" in each:
                    assert each["additionalProperties"] is False


def test_the_schemas_are_made_the_same_every_time(tmp_path: Path) -> None:
    for path in JsonSchema.write_all(tmp_path):
        assert path.read_bytes() == (SCHEMAS / path.name).read_bytes()


RICH = """\
- {series: a, number: 012, title: T, published: 2023, authors: [{organisation: X}, {anonymous: true}, {family: Y, roles: [author, software], orcid: 0000-0002-1825-0097, alt_names: [Z, {text: Q, language: ja}]}]}
- series: a
  number: "3.10"
  title: T
  published: 2023-09
  authors: [{family: Y, affiliations: [SADF, {ror: https://ror.org/02twcfp32, isni: 0000000405062673}]}]
  abstracts: [Text, {text: Un, language: fr, format: html}]
  licences: [https://creativecommons.org/licenses/by/4.0/, {url: https://a.org/license, start_date: 2023-09-14}]
  free_to_read: true
  funding: [{name: EU, funder_id: 10.13039/501100000780, awards: [123]}]
  relations: [{type: isCommentOn, identifier: 10.1234/a}]
  updates: [{type: correction, doi: 10.1234/a, date: 2023-09-14}]
  version: 2
  edition: 2
  archives: [CLOCKSS]
  references: [{key: 1, volume: 12, year: 2023, first_page: 7, issn: 2406-5617}]
  keywords: [NATO, 5]
"""


@pytest.mark.parametrize(
    "text",
    [RECORD, f"[{{{RECORD.splitlines()[0]}, number: 1, title: t, published: 2023, authors: [{{family: W}}]}}]", RICH],
)
def test_a_good_record_is_let_through(text: str) -> None:
    assert record_faults(text) == []


def test_the_example_in_the_schema_is_good() -> None:
    (example,) = JsonSchema.RECORD.make()["$defs"]["Commentary"]["examples"]
    assert record_faults(json.dumps(example)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "titel:"),
        ("number: 258\n", ""),
        ("published: 2023-09-14", "published: 14.9.2023"),
        ("published: 2023-09-14", "published: 2023-13"),
        ("family: Wolf", "famly: Wolf"),
        ("family: Wolf", "family: Wolf\n    roles: [autor]"),
        ("family: Wolf", "family: Wolf\n    orcid: 0000-0002"),
        ("url: https://www.sadf.eu/comment-258/", "url: www.sadf.eu"),
        ("url: https://www.sadf.eu/comment-258/", "doi: 10.48251/a b"),
        ("url: https://www.sadf.eu/comment-258/", "language: english"),
        ("url: https://www.sadf.eu/comment-258/", "edition: second"),
        ("url: https://www.sadf.eu/comment-258/", "archives: [X]"),
        ("url: https://www.sadf.eu/comment-258/", "relations: [{type: isCommentOf, identifier: x}]"),
        ("series: sadf-comment", "series: {title: SADF Comment}"),
        ("authors:\n  - given: Siegfried O.\n    family: Wolf\n    affiliations: [{name: South Asia Democratic Forum}]", "authors: []"),
    ],
)  # fmt: skip
def test_a_bad_record_is_marked_as_it_is_typed(old: str, new: str) -> None:
    assert old in RECORD
    assert record_faults(RECORD.replace(old, new))


def test_a_good_configuration_is_let_through() -> None:
    assert configuration_faults(CONFIGURATION) == []
    assert configuration_faults("") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('target = "sandbox"', 'target = "prod"'),
        ("[targets.test]", "[targets.staging]"),
        ("[depositor]", "[depositr]"),
        ('{ env = "CROSSREF_PASSWORD" }', '"geheim"'),
        ('{ env = "CROSSREF_PASSWORD" }', '{ env = "A", file = "b" }'),
        ('{ env = "CROSSREF_PASSWORD" }', "{ keyring = false }"),
        ('issn = "2406-5617"', 'issn = "2406"'),
        ('prefix = "10.48251"', 'prefix = "48251"'),
        ('record_type = "report-series"', 'record_type = "report"'),
        ('title-all-caps = "info"', 'title-all-caps = "off"'),
        ('reason = "printed so"\n', ""),
        ("free_to_read = true", 'name = "x"'),
    ],
)
def test_a_bad_configuration_is_marked_as_it_is_typed(old: str, new: str) -> None:
    assert old in CONFIGURATION
    assert configuration_faults(CONFIGURATION.replace(old, new))


def test_a_schema_below_a_folder_with_a_space_is_named_without_one(tmp_path: Path) -> None:
    for name, there in (("my tools", f"{tmp_path.as_uri()}/my%20tools"), ("tools", f"{tmp_path}/tools")):
        (tmp_path / name).mkdir()
        JsonSchema.write_all(tmp_path / name)
        assert JsonSchema.RECORD.location([tmp_path / name]) == f"{there}/record.schema.json"


def test_the_documented_name_of_the_path_still_works() -> None:
    assert schema_path("record") == JsonSchema.RECORD.path()
