"""Words and addresses that the end of a printed line broke, put together again."""

import re
from collections import Counter
from collections.abc import Sequence

from doideposit.records.extraction.readers.pdf_rows import PdfRow

__all__ = ["ends_in_address", "mended"]


# A hyphen at the end of a line may be one of the word: the next line tells.
_BROKEN_WORD = re.compile(r"(?P<word>[^\W\d_]+)-$")
# An address goes on in the next line without any sign.
_OPEN_ADDRESS = re.compile(r"(?:https?://|www\.|doi\.org/|(?<![\w/])10\.\d{4,9}/)\S*$", re.IGNORECASE)


# What begins anew behind an address that ended with a stop: a word with a capital, the number of an entry.
_NEW = re.compile(r"[^\W\d_]+\W*$(?<![a-z])|[A-ZÀ-ÞА-Я][^\W\d_]*\W*$|\d{1,3}[.)\]]?$|[(\[“\"–—•·]")


def ends_in_address(text: str) -> bool:
    """Tell whether a line ends within an address or a DOI, which may go on in the next one."""
    return bool(_OPEN_ADDRESS.search(text))


def mended(rows: Sequence[PdfRow]) -> list[PdfRow]:
    """Put words and addresses together that a line end broke, on the line where they begin."""
    words = Counter(word.lower() for row in rows for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", row.text))
    kept: list[PdfRow] = []
    for row in rows:
        before = kept[-1] if kept else None
        first, _, rest = row.text.strip().partition(" ")
        near = before is not None and abs(before.size - row.size) < 1 and before.marginal == row.marginal
        joined = _address(before, row, first) or _word(before.text.rstrip(), first, words) if before and near else None
        if before is not None and joined is not None:
            before.text, row.text = joined, rest.strip()
            before.right = row.right if not row.text else before.right
            row.targets = [target for target in row.targets if row.text and target not in before.targets]
        if row.text.strip():
            kept.append(row)
    return kept


def _address(row: PdfRow, following: PdfRow, first: str) -> str | None:
    """Return a line with the rest of an address that it breaks off; the address of a link is believed most."""
    text = row.text.rstrip()
    open_ = _OPEN_ADDRESS.search(text)
    if open_ is None:
        return None
    printed = open_[0].lstrip("<(")
    for target in row.targets:
        if printed in target and not target.rstrip("/").endswith(printed.rstrip("/")):
            tail = target.partition(printed)[2]
            # Eight characters are enough to tell that both lines print the same address.
            return text + first if first.rstrip(".,;)>") and tail.startswith(first.rstrip(".,;)>")[:8]) else None
        if target.rstrip("/").endswith(printed.rstrip("/.,;")):
            return None
    if following.targets and any(printed in target for target in following.targets):
        return text + first
    if _CLOSED.search(printed) or _NEW.match(first):
        return None
    open_bracket = printed.count("(") > printed.count(")") or printed.count("<") > printed.count(">")
    broken = printed[-1] in "-/_=&?%#" or (printed[-1] in ".:" and re.search(r"[\d/]", first)) or open_bracket
    return text + first if broken or _is_rest(printed, first) else None


# A bracket that closes what stands around the address ends it, and so does what begins anew behind a stop.
_CLOSED = re.compile(r"^[^()]*\)[.,;]?$|[”’\"]\.?$|,$")


def _is_rest(printed: str, first: str) -> bool:
    """Tell whether a word can only be the rest of an address: in small letters, with a slash or a stop inside it."""
    plain = first.rstrip(".,;)>")
    return (
        bool(re.fullmatch(r"[a-z0-9][\w%&=?#~+-]*(?:[./][\w%&=?#~+-]+)+", plain))
        and not plain.startswith(("http", "www."))
        and "." in printed
    )


def _word(text: str, first: str, words: Counter[str]) -> str | None:
    """Return a line with the rest of its last word; the hyphen stays where the document prints the word with one."""
    broken = _BROKEN_WORD.search(text)
    rest = re.match(r"[^\W\d_]+", first)
    if broken is None or rest is None:
        return None
    together, hyphened = f"{broken['word']}{rest[0]}".lower(), f"{broken['word']}-{rest[0]}".lower()
    keeps = rest[0][0].isupper() or (words[hyphened] and not words[together]) or re.search(r"[/\d.]\S*-$", text)
    return (text if keeps else text[:-1]) + first
