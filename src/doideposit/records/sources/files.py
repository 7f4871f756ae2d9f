"""Text files as people hand them in: read with a size limit, decoded as UTF-8, and every fault a finding.

A file that cannot be used (missing, a folder, too large, binary, another encoding) is a fault of what was handed in
and comes back as a finding; a disk that fails while reading is a fault of the world and raises `DiskError`.
"""

import codecs
from pathlib import Path
from typing import NamedTuple

from doideposit.errors import DiskError
from doideposit.files import NO_FILE, open_input
from doideposit.findings import Finding, Severity, Where

__all__ = ["SAVE_AS_UTF_8", "UTF_16_MARKS", "Loaded"]


class Loaded(NamedTuple):
    """Tell what became of a file: its text without a byte order mark, or None and the findings that say why."""

    text: str | None
    findings: tuple[Finding, ...] = ()

    @staticmethod
    def read(path: Path, *, limit: int) -> "Loaded":
        """Read a UTF-8 text file of at most `limit` bytes; raises `DiskError` only when the disk itself fails.

        The size is looked at before anything is read, and no more than `limit` bytes ever are. Line ends are kept.
        """
        data = Loaded.read_bytes(path, limit=limit)
        return Loaded(None, (data,)) if isinstance(data, Finding) else Loaded.decode(data, file=str(path))

    @staticmethod
    def read_bytes(path: Path, *, limit: int) -> bytes | Finding:
        """Read a file of at most `limit` bytes, whatever it holds; a finding says why it cannot be read.

        Raises `DiskError` only when the disk itself fails.
        """
        try:
            if path.is_dir():
                return _finding(
                    path, "file-is-directory", f"{path} is a folder, not a file", "give the path of a file in it"
                )
            size = path.stat().st_size
            if size > limit:
                return _too_large(path, limit, size)
            with open_input(path) as stream:
                # One byte more than is allowed shows a file that has grown since, or that tells no size.
                data = stream.read(limit + 1)
        except (OSError, ValueError) as error:
            return _unopened(path, error)
        return _too_large(path, limit, None) if len(data) > limit else data

    @staticmethod
    def decode(data: bytes, *, file: str) -> "Loaded":
        """Decode bytes as UTF-8, or as UTF-16 where a byte order mark says so; `file` is the name for the findings."""
        if not data.strip():
            return _refusal(file, "file-empty", f"{file} is empty", "check that the right file was saved")
        kind = _binary_kind(data)
        if kind is not None:
            hint = "save or export it in UTF-8: a record as YAML, JSON or CSV, a document as Markdown or plain text"
            return _refusal(file, "file-binary", f"{file} is {kind}, not a text file", hint)
        if data.startswith(UTF_16_MARKS):
            try:
                return Loaded(data.decode("utf-16").removeprefix("\ufeff"))
            except UnicodeDecodeError:
                message = f"{file} is in UTF-16, and a part of it cannot be read"
                return _refusal(file, "file-encoding", message, "save the file as UTF-8")
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            return Loaded(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            return Loaded(None, (_wrong_encoding(data, error.start, file),))

    @staticmethod
    def shown_lines(path: Path) -> tuple[str, ...] | None:
        """Return the lines of a text for display, whatever it is encoded in; None for a large file and for none."""
        try:
            with open_input(path) as file:
                data = file.read(_LARGEST_SHOWN + 1)
        # Only an example for the message: what cannot be read is told without it.
        except (OSError, ValueError):
            return None
        if len(data) > _LARGEST_SHOWN:
            return None
        encoding = "utf-16" if data.startswith(UTF_16_MARKS) else "utf-8-sig"
        return tuple(data.decode(encoding, errors="replace").replace("\r\n", "\n").split("\n"))

    @staticmethod
    def letter_of_windows(data: bytes, offset: int) -> str:
        """Return the letter of a byte in the encoding of Windows, if that completes a word."""
        letter = data[offset : offset + 1].decode("cp1252", "replace")
        return f", “{letter}” in Windows-1252," if letter.isalpha() or letter in "’‘“”–—" else ""


def _unopened(path: Path, error: Exception) -> Finding:
    """Return why a file cannot be read; raise `DiskError` if the disk failed."""
    if isinstance(error, FileNotFoundError):
        return _finding(path, "file-missing", f"there is no file {path}", "check the spelling and the folder")
    if isinstance(error, PermissionError):
        return _finding(
            path, "file-unreadable", f"this user has no permission to read {path}", "change its permissions"
        )
    if not isinstance(error, OSError):  # The path holds a NUL character.
        return _finding(path, "file-missing", "this file name is not possible", "check the spelling")
    if error.errno in NO_FILE:
        message = f"{path} cannot be read as a file: {error.strerror}"
        return _finding(path, "file-unreadable", message, "name a file, or write to the pipe at the same time")
    raise DiskError(f"{path} could not be read: {error.strerror or error}") from None


# A file of more bytes is not read a second time for the sake of a line of it.
_LARGEST_SHOWN = 5_000_000


# What a text in UTF-16 begins with: "Unicode text" of Excel and of Notepad.
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# What to do about a file in another encoding, which is mostly that of Windows.
SAVE_AS_UTF_8 = (
    "save the file as UTF-8: in Excel “CSV UTF-8”, in Notepad “Save as” with the encoding UTF-8, in Word “Plain text” "
    "with Unicode (UTF-8)"
)

# The bytes at the beginning by which each format is known.
_KINDS = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a Word, OpenDocument or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"\x1f\x8b": "a compressed file",
}


def _binary_kind(data: bytes) -> str | None:
    for magic, kind in _KINDS.items():
        if data.startswith(magic):
            return kind
    return "a binary file" if b"\0" in data and not data.startswith(UTF_16_MARKS) else None


def _wrong_encoding(data: bytes, offset: int, file: str) -> Finding:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    where = Where(file, before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1)
    letter = Loaded.letter_of_windows(data, offset)
    message = f"{file} is not UTF-8: byte {offset + 1} (0x{data[offset]:02X}){letter} does not fit"
    return Finding("file-encoding", Severity.ERROR, message, SAVE_AS_UTF_8, where)


def _too_large(path: Path, limit: int, size: int | None) -> Finding:
    shown = f" ({_size_text(size)})" if size is not None else ""
    message = f"{path} is too large{shown}: at most {_size_text(limit)} are read"
    return _finding(path, "file-too-large", message, "check that this is the right file")


def _size_text(size: int) -> str:
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} bytes"


def _finding(file: Path | str, code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(str(file)))


def _refusal(file: str, code: str, message: str, hint: str) -> Loaded:
    return Loaded(None, (_finding(file, code, message, hint),))
