"""What people perhaps meant who typed a command that there is not."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

__all__ = ["command_meant"]

# Words of git, of package managers and of web forms, with the command that does the same here.
_DOES: Final[dict[str, str]] = {
    "send submit register upload publish update": "`doideposit deposit RECORD` does that",
    "list ls dir show view info": "`doideposit status` shows all DOIs",
    "create add write begin": "`doideposit new NUMBER` writes a record to fill in",
    "import convert read word docx pdf": "`doideposit extract DOCUMENT` drafts a record from a document",
    "setup configure start install": "`doideposit init` writes the configuration",
    "log story": "`doideposit history NUMBER` shows the history of a DOI",
    "rehearse test try": "`doideposit deposit RECORD` rehearses in the sandbox, unless another target is named",
    "cite citation": "`doideposit tags NUMBER` prints the citation",
    "open web gui browser pages-for-staff": "`doideposit desk` opens the pages in the browser",
    "edit fix": "correct the record file in an editor, then run `doideposit check RECORD` and deposit it again",
    "delete undo": (
        "a registered DOI stays: correct its record and deposit it again; `doideposit withdraw` marks a withdrawn work"
    ),
    "cancel stop": "`doideposit abandon NUMBER` gives up a deposit that is under way",
    "backup": "`doideposit ledger backup FILE` does that",
    "login password credentials": (
        "the login is in [credentials.production] of doideposit.toml; `doideposit doctor` checks it"
    ),
    "help": "`doideposit COMMAND --help` shows what a command takes",
    "version": "`doideposit --version` shows it",
}
_MEANT: Final = {word: does for words, does in _DOES.items() for word in words.split()}


def command_meant(word: str, commands: Sequence[str]) -> str:
    """Return the command that does what a word means, or the one with the nearest name; empty if none is near."""
    if word.casefold() in _MEANT:
        return _MEANT[word.casefold()]
    # Stricter than for commands: below this likeness it is another word, and no misspelling.
    near = get_close_matches(word, commands, 1) or get_close_matches(word.casefold(), _MEANT, 1, cutoff=0.8)
    if not near:
        return ""
    return _MEANT[near[0]] if near[0] not in commands else f"did you mean “{near[0]}”?"
