"""Spellings of a secret, and what is left of a text without them."""

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.cli.masking import configuration_line
from doideposit.crossref.redaction import REDACTED, redact

SPELLERS: dict[str, Callable[[str], bytes]] = {
    "raw": str.encode,
    "percent": lambda text: quote(text, safe="").encode(),
    "path": lambda text: quote(text).encode(),
    "form": lambda text: quote_plus(text).encode(),
    "form-field": lambda text: urlencode({"pwd": text})[4:].encode(),
    "html": lambda text: html.escape(text).encode(),
    "html-text": lambda text: html.escape(text, quote=False).encode(),
    "json": lambda text: json.dumps(text).encode(),
    "json-utf8": lambda text: json.dumps(text, ensure_ascii=False).encode(),
    "python": lambda text: repr(text).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
}


@pytest.mark.parametrize("name", SPELLERS)
@settings(deadline=None, max_examples=60)
@given(secret=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=6, max_size=24))
def test_no_spelling_stays(name: str, secret: str) -> None:
    # No secret has the characters around it, or they would be taken away with it.
    spelled = SPELLERS[name](secret)
    left = redact(b"\x01" + spelled + b"\x02", [secret])
    assert REDACTED in left
    assert left.startswith(b"\x01")
    assert left.endswith(b"\x02")
    assert len(left) <= len(b"\x01''\x02") + len(REDACTED)


def test_the_longest_spelling_goes_first_and_nothing_is_no_secret() -> None:
    assert redact(b"a%26b a&amp;b a&b", ["a&b"]) == b"[redacted] [redacted] [redacted]"
    assert redact(b"a b", [""]) == b"a b"
    assert redact(b"text", [""]) == b"text"


@pytest.mark.parametrize(
    ("line", "heading", "shown"),
    [
        ('password = "x y"', "credentials.test", "password = ••••••"),
        ('pasword = "x"', "credentials.test", "pasword = ••••••"),
        ('  "x",', "credentials.test", "••••••"),
        ('  ["x"]', "api.tokens", "••••••"),
        ("[credentials.test]   # mine", "", "[credentials.test]   # mine"),
        ('[["x"]]', "credentials", "••••••"),
        ('issn = "2406-5618"', "series.sadf-comment", 'issn = "2406-5618"'),
        ('url = "https://u:p@example.org/a@b"', "targets.test", 'url = "https://••••••@b"'),
        ('url = "postgresql://user@host/name"', "ledger", 'url = "postgresql://user@host/name"'),
        ('url = "postgresql://host/d?password=x"', "ledger", "url = ••••••"),
        ('url = "https://example.org#x"  # mine', "targets.test", 'url = "https://example.org#••••••"  # mine'),
        ('url = "https://example.org/a?b=x"', "targets.test", 'url = "https://example.org/a?••••••"'),
        ('url = "https://example.org/a"  # ours', "targets.test", 'url = "https://example.org/a"  # ours'),
    ],
)
def test_lines_of_a_configuration_are_covered(tmp_path: Path, line: str, heading: str, shown: str) -> None:
    file = tmp_path / "doideposit.toml"
    file.write_text(f"[{heading}]\n{line}\n" if heading else f"\n{line}\n", encoding="utf-8")
    assert configuration_line(str(file), 2) == shown
