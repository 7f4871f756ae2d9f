"""The record that the examples of the rules are laid over, and how they are laid over it."""

import textwrap
import tomllib
from typing import Any

import yaml

from doideposit.records.models.commentary import Commentary
from doideposit.records.models.series import Series

SERIES: dict[str, Any] = {
    "name": "sadf-comment",
    "title": "SADF Comment",
    "labels": ("COMMENT", "Comment"),
    "issn": "2406-5617",
    "issn_medium": "electronic",
    "prefix": "10.48251",
    "language": "en",
    "doi": "{prefix}/SADF.ISSN.{issn}.C{number}",
    "publisher": {"name": "South Asia Democratic Forum", "place": "Brussels"},
    "institution": {"name": "South Asia Democratic Forum", "ror": "02twcfp32", "place": "Brussels"},
}
BASE = """
number: 258
title: Prospects for NATO-Japan relations
published: 2023-09-14
authors: [{given: Siegfried O., family: Wolf}]
url: https://www.sadf.eu/prospects-for-nato-japan-relations/
"""


def loaded(fields: str) -> Any:
    """Fields of a record, every scalar a text."""
    return yaml.load(textwrap.dedent(fields), yaml.BaseLoader) or {}


def commentary(fields: dict[str, Any], setting: str = "") -> Commentary:
    """The complete record with these fields in place of its own, of a series with that setting."""
    data = loaded(BASE) | fields
    described = SERIES | data.get("series", {}) | tomllib.loads(setting)
    data["series"] = Series.model_validate({key: value if value != "" else None for key, value in described.items()})
    return Commentary.model_validate({key: value for key, value in data.items() if value not in ("null", "")})
