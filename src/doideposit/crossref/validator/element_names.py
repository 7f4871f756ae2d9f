"""Names of elements as people write them: ``<titles>``, ``<jats:p>``, and several of them in a sentence."""

from collections.abc import Iterable

from doideposit.crossref.names import PREFIXES

__all__ = ["LISTED", "join_names", "shown_name"]

# A dozen names can be looked through; a longer list hides the right one.
LISTED = 12
# The usual prefixes; Crossref's own elements have none. Several vocabularies have a `program`.
_PREFIXES = {namespace: prefix for prefix, namespace in PREFIXES.items()}


def shown_name(tag: str) -> str:
    """Return an element as people write it, from Clark notation."""
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return f"<{prefix}:{local}>" if prefix else f"<{local}>"


def join_names(names: Iterable[str], *, last: str = "or") -> str:
    """Return names as a list in a sentence, each once; of a long list the rest is counted."""
    listed = list(dict.fromkeys(names))
    if len(listed) > LISTED:
        listed = [*listed[:LISTED], f"{len(listed) - LISTED} more"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} {last} {listed[-1]}"
