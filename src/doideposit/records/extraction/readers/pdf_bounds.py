"""The most that a page of a PDF may hold, its forms and fonts included: counted before any of its text is read.

pypdf reads about two million bytes of content in a second, and keeps a hundred bytes for each while it does.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from doideposit.records.extraction.readers.bounds import TooMuch

__all__ = ["MOST_OF_A_PAGE", "resolved", "size_of_page"]

# In bytes, unpacked: a page of text has 10,000. What has more is a drawing or a map.
MOST_OF_A_PAGE: Final = 1_000_000
# In bytes. Read as text, a stream takes a hundred times its size in memory; no program writes a page so today.
_MOST_OF_ASCII: Final = 1_000_000
# A page of mathematics has some fifty; each is read before the first letter.
_MOST_FONTS: Final = 500
# In bytes, unpacked: a font with all characters of Unicode that it can have tells them in fewer.
_MOST_OF_A_MAP: Final = 2_000_000
# A form is drawn by its name (ISO 32000-1, 8.10); white space or a comment may stand between the two.
_DRAWN: Final = re.compile(rb"/([^\s/<>\[\](){}%]*)(?:\s|%[^\r\n]*[\r\n])+Do\b")
# Any character of a name may be written by its number.
_NUMBERED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def resolved(value: Any) -> Any:
    """Return an object of the file itself, where it stands there as a reference to one, or as nothing."""
    return value.get_object() if value is not None else None


def size_of_page(page: Any) -> int:
    """Return the bytes that reading the text of a page goes through: a form counts as often as it is drawn.

    The count ends above `MOST_OF_A_PAGE`. Raises `TooMuch` for fonts that no page has.
    """
    _check_ascii(page)
    content = page.get_contents()
    data = content.get_data() if content is not None else b""
    return _size_of_content(data, _mapping(page.get("/Resources")), {})


def _check_ascii(page: Any) -> None:
    """Raise `TooMuch` when the content of a page is written in letters (ASCII85) and larger than a page is."""
    contents = page.get("/Contents")
    for part in contents if isinstance(contents, list) else [contents]:
        stream = resolved(part)
        if not isinstance(stream, Mapping) or "85" not in str(stream.get("/Filter")):
            continue
        size = stream.get("/Length")
        if not isinstance(size, int) or size > _MOST_OF_ASCII:
            raise TooMuch


def _mapping(value: Any) -> Mapping[str, Any]:
    found = resolved(value)
    return found if isinstance(found, Mapping) else {}


def _size_of_content(data: bytes, resources: Mapping[str, Any], known: dict[int, int]) -> int:
    _check_fonts(_mapping(resources.get("/Font")))
    size, forms = len(data), _mapping(resources.get("/XObject"))
    for name in _DRAWN.findall(data) if forms else ():
        plain = _NUMBERED.sub(lambda found: bytes([int(found[1], 16)]), name)
        size += _size_of_form(resolved(forms.get(f"/{plain.decode('latin-1')}")), resources, known)
        if size > MOST_OF_A_PAGE:
            break
    return size


def _size_of_form(form: Any, around: Mapping[str, Any], known: dict[int, int]) -> int:
    """Return the size of a form with the forms in it; nothing for a picture, and for a form within itself."""
    if not isinstance(form, Mapping) or form.get("/Subtype") != "/Form" or not hasattr(form, "get_data"):
        return 0
    if id(form) not in known:
        known[id(form)] = 0
        inside = _mapping(form.get("/Resources")) or around
        known[id(form)] = _size_of_content(form.get_data(), inside, known)
    return known[id(form)]


def _check_fonts(fonts: Mapping[str, Any]) -> None:
    """Raise `TooMuch` for more fonts than a page has, and for one that tells its letters at too great a length."""
    if len(fonts) > _MOST_FONTS:
        raise TooMuch
    for each in fonts.values():
        letters = resolved(_mapping(each).get("/ToUnicode"))
        if hasattr(letters, "get_data") and len(letters.get_data()) > _MOST_OF_A_MAP:
            raise TooMuch
