"""A record as a new YAML file; an existing file is edited instead, so that its comments and layout stay."""

from collections.abc import Mapping
from typing import Any

import yaml

__all__ = ["record_yaml"]

# The order in which people look for things; whatever else a record holds follows in its own order.
_FIRST = ("series", "number", "doi", "title", "subtitle", "published", "published_print", "language", "url", "pdf_url")


def record_yaml(data: Mapping[str, Any], *, schema: str | None = None) -> str:
    """Write a record of texts, lists and mappings as YAML; `schema` is where YAML editors find the JSON Schema."""
    ordered = {key: data[key] for key in _FIRST if key in data} | dict(data)
    # A hundred columns, as the examples in the documentation have.
    body = yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=100)
    return f"# yaml-language-server: $schema={schema}\n{body}" if schema else body
