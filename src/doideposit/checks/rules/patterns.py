"""Patterns that are compiled when they are first needed: most records need few of them, and a start needs none."""

import re
from collections.abc import Callable

__all__ = ["Pattern"]


class Pattern:
    """Compile a regular expression on first use; it has the methods of `re.Pattern` that rules need."""

    __slots__ = ("_flags", "_text", "findall", "fullmatch", "match", "search", "split", "sub")

    search: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    findall: Callable[..., list[str]]
    split: Callable[..., list[str]]
    sub: Callable[..., str]

    def __init__(self, text: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        """Compile, and put the methods in place; from then on this is not called again."""
        if name not in Pattern.__slots__ or name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        self.search = compiled.search
        self.match = compiled.match
        self.fullmatch = compiled.fullmatch
        self.findall = compiled.findall
        self.split = compiled.split
        self.sub = compiled.sub
        return getattr(self, name)
