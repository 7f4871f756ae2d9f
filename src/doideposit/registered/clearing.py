"""What has to be emptied at Crossref before new content can be there, and in how many deposits.

New licences, funding, relations, full texts and Crossmark may be added to what is registered instead of taking its
place (Crossref documentation, metadata removal markup guide: "a two-stage process"). So whatever loses or changes
something of its content is emptied by a deposit of its own, and the next one sends everything.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from doideposit.registered.comparison import same_value
from doideposit.registered.reading import RegisteredRecord

__all__ = ["clears", "fields_of"]

# The blocks that Crossref may add up, each with the fields of a record file that it holds.
FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "licences": ("licences", "free_to_read"),
    "funding": ("funding",),
    "relations": ("relations",),
    "full_texts": ("pdf_url", "full_texts"),
    "crossmark": ("crossmark_policy", "updates", "assertions"),
    "references": ("references",),
}
# What is inside of a block too, and is gone with it.
GOES_WITH: Final = {"crossmark": ("licences", "free_to_read", "funding")}
# Both are programs beside the bibliography, and stay at Crossref until something empties them.
_RIGHTS: Final = ("licences", "funding")


def fields_of(blocks: Collection[str]) -> tuple[str, ...]:
    """Return the fields of a record file that are gone while these blocks are empty."""
    # In one order, so that the same update gives the same files.
    return tuple(name for block in sorted(blocks) for name in (*FIELDS_OF.get(block, ()), *GOES_WITH.get(block, ())))


def clears(
    registered: RegisteredRecord, desired: RegisteredRecord, removed: Collection[str] = ()
) -> tuple[frozenset[str], ...]:
    """Return the blocks that have to be emptied before `desired` is sent, one set for each deposit; often none.

    `removed` are the fields that the record takes away. Crossmark and the licences beside it cannot be emptied by one
    file, because the schema lets no record have both (crossref5.5.0.xsd: crossmark or the programs).
    """
    emptied = {block for block in ("relations", "full_texts") if _needs_clearing(registered, desired, block)}
    emptied |= {block for block in _RIGHTS if _moves_rights(registered, desired, block, removed)}
    if not _empties_crossmark(registered, desired, removed):
        return (frozenset(emptied),) if emptied else ()
    rights = emptied.intersection(_RIGHTS)
    first = frozenset({"crossmark", *(emptied - rights)})
    return (first, frozenset(rights)) if rights else (first,)


def _needs_clearing(registered: RegisteredRecord, desired: RegisteredRecord, block: str) -> bool:
    # Only where new content meets old content can the two be added up.
    both = block in registered.blocks and block in desired.blocks
    return both and not _keeps_everything(registered, desired, block)


def _moves_rights(
    registered: RegisteredRecord, desired: RegisteredRecord, block: str, removed: Collection[str]
) -> bool:
    """Tell whether licences or funding beside Crossmark change, or move into it."""
    if block not in registered.blocks:
        return False
    if block in desired.blocks:
        return not _keeps_everything(registered, desired, block)
    # A record with Crossmark has no place beside it where an empty block could stand.
    asked = bool(set(FIELDS_OF[block]).intersection(removed)) and block not in desired.empty
    return f"crossmark/{block}" in desired.blocks or asked


def _empties_crossmark(registered: RegisteredRecord, desired: RegisteredRecord, removed: Collection[str]) -> bool:
    if "crossmark" not in registered.blocks:
        return False
    inside = [block for block in _RIGHTS if f"crossmark/{block}" in registered.blocks]
    for block in inside:
        wanted = block in desired.blocks or f"crossmark/{block}" in desired.blocks
        stays = f"crossmark/{block}" in desired.blocks and _keeps_everything(registered, desired, block)
        asked = set(FIELDS_OF[block]).intersection(removed) and "crossmark_policy" not in desired.empty
        if not stays and (wanted or asked):
            return True
    asked = set(FIELDS_OF["crossmark"]).intersection(removed) and "crossmark_policy" not in desired.empty
    wanted = "crossmark" in desired.blocks
    return bool(wanted or asked) and not _keeps_everything(registered, desired, "crossmark")


def _keeps_everything(registered: RegisteredRecord, desired: RegisteredRecord, block: str) -> bool:
    """Tell whether everything registered in a block is in the new one too, so that adding it up changes nothing."""
    for name in FIELDS_OF[block]:
        old, new = registered.fields.get(name), desired.fields.get(name)
        if isinstance(old, Sequence) and not isinstance(old, str):
            entries = new if isinstance(new, Sequence) and not isinstance(new, str) else ()
            if not all(any(same_value(name, one, other) for other in entries) for one in old):
                return False
        elif old and not same_value(name, old, new):
            return False
    return True
