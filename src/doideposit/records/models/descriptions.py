"""What the fields of a model are for, from the docstrings below them.

Pydantic can read these docstrings while it makes the models, at a third of the time that importing them takes. They are
read here when a message or a JSON Schema needs them.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from pydantic import BaseModel

__all__ = ["descriptions"]


@cache
def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the docstring below each field of a model, by field name; empty without the source."""
    try:
        source = textwrap.dedent(inspect.getsource(model))
    # Frozen programs ship no source; the fields are described without words then.
    except (OSError, TypeError):
        return MappingProxyType({})
    body = ast.parse(source).body[0]
    found = {}
    if isinstance(body, ast.ClassDef):
        for statement, following in pairwise(body.body):
            text = _docstring_text(following)
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and text is not None:
                found[statement.target.id] = inspect.cleandoc(text)
    return MappingProxyType(found)


def _docstring_text(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        value = statement.value.value
        return value if isinstance(value, str) else None
    return None
