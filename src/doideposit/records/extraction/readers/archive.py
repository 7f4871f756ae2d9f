"""Documents that are ZIP archives: opened with a bound on everything that is unpacked."""

import io
import zipfile
from typing import Any, Final

from doideposit.records.extraction.readers.bounds import TooMuch
from doideposit.safe_xml import parse_part

__all__ = ["DocumentArchive"]

# A document of Word has some twenty parts; an e-book of a thousand pages has fewer than this.
_MOST_ENTRIES: Final = 5_000
# Bytes of all entries together, pictures included.
_MOST_BYTES: Final = 64_000_000
# Bytes of one entry with text: a commentary of ten pages has 200,000, a tree of it in memory ten times as many.
_MOST_OF_ONE_TEXT: Final = 8_000_000
# Only parts with text are unpacked; pictures and fonts stay as they are.
_TEXTS: Final = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx", ".svg")


class DocumentArchive:
    """Give the entries of an archive by their names; raises `zipfile.BadZipFile` and `TooMuch` when it is opened.

    The sizes are those that the archive declares: what an entry has beyond them is never unpacked.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        entries = self._archive.infolist()
        self.names = frozenset(entry.filename for entry in entries)
        self.encrypted = any(entry.flag_bits & 1 for entry in entries)
        texts = [entry.file_size for entry in entries if entry.filename.lower().endswith(_TEXTS)]
        total = sum(entry.file_size for entry in entries)
        if len(entries) > _MOST_ENTRIES or total > _MOST_BYTES or max(texts, default=0) > _MOST_OF_ONE_TEXT:
            raise TooMuch

    def size(self, name: str) -> int:
        """Return the bytes of an entry, unpacked; 0 where there is none of this name."""
        return self._archive.getinfo(name).file_size if name in self.names else 0

    def read(self, name: str) -> bytes:
        """Return an entry; empty when there is none of this name."""
        if name not in self.names:
            return b""
        # Asked for a number of bytes, zipfile unpacks no more; asked for all of them, it unpacks before it counts.
        with self._archive.open(name) as entry:
            return entry.read(self.size(name))

    def parse(self, name: str) -> Any:
        """Parse an entry in XML, and return its root; raises `etree.XMLSyntaxError`, also without it, and `TooMuch`.

        Exchange formats carry a document type declaration; nothing it names is fetched, and none of its entities is
        put in. The characters that HTML has names for, such as &nbsp;, are read, although their declaration is not.
        """
        data = self.read(name)
        TooMuch.check_markup(data)
        return parse_part(data, named_characters=True)

    def texts_alone(self) -> io.BytesIO:
        """Return an archive with the same entries, of which only those with text hold anything: for a library."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as copy:
            for name in self.names:
                copy.writestr(name, self.read(name) if name.lower().endswith(_TEXTS) else b"")
        stream.seek(0)
        return stream
