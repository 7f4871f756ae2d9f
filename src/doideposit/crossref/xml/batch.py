"""A deposit file: head and body put together, laid out, and written as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from doideposit.crossref.names import DEFAULT_SCHEMA_VERSION, PREFIXES, XSI, schema_location
from doideposit.crossref.xml.dialects import Dialect, dialect
from doideposit.crossref.xml.elements import Element, canonical_hash, lay_out, to_bytes
from doideposit.crossref.xml.records import body_kind, item
from doideposit.findings import Loc
from doideposit.models.batch import BatchHead
from doideposit.models.commentary import Commentary

__all__ = ["Built", "build", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Built:
    """A deposit file made of commentaries: its bytes, and the way back from its elements to their fields."""

    xml: bytes = field(repr=False)
    commentaries: tuple[Commentary, ...] = field(repr=False)
    schema_version: str
    fingerprints: tuple[str, ...]
    """The `fingerprint` of each commentary, at little cost since its item is there."""

    def locate(self, element_path: str) -> tuple[int, Loc] | None:
        """Which commentary (by its place in the file) and which of its fields an element comes from.

        The path is written as in ``/doi_batch/body/report-paper[2]/report-paper_series_metadata/titles/title``, as
        libxml2 writes it (``/*/*[2]/*[1]``), or as lxml does. None for the head and for what is not in the file.
        """
        from doideposit.crossref.xml.fields import locate  # noqa: PLC0415 - needed only when something is wrong

        return locate(self.xml, self.commentaries, element_path)


def build(
    head: BatchHead, commentaries: Sequence[Commentary], *, schema_version: str = DEFAULT_SCHEMA_VERSION
) -> Built:
    """Make one deposit file; same input, same bytes.

    What the record type or the schema version cannot hold is left out: `capabilities` says what that is. Raises
    RuntimeError for a version records are not built for, and when the commentaries do not belong in one file: none,
    several bodies (see `body_kind`) or several DOI prefixes.
    """
    _check_one_file(commentaries)
    schema = dialect(schema_version)
    root = etree.Element(
        f"{{{schema.namespace}}}doi_batch",
        {"version": schema_version, f"{{{XSI}}}schemaLocation": schema_location(schema_version)},
        _prefixes(schema.namespace),
    )
    made = [item(schema, one) for one in commentaries]
    root.extend([_head(schema, head), schema.make("body", *made)])
    fingerprints = tuple(canonical_hash(one) for one in made)
    etree.cleanup_namespaces(root)
    lay_out(root, schema.namespace)
    return Built(to_bytes(root), tuple(commentaries), schema_version, fingerprints)


def _prefixes(namespace: str) -> dict[str, str]:
    prefixes: list[tuple[str | None, str]] = [(None, namespace), *PREFIXES.items()]
    return cast("dict[str, str]", dict(prefixes))  # lxml takes None for the default namespace; its stubs do not know


def _check_one_file(commentaries: Sequence[Commentary]) -> None:
    bodies = {body_kind(commentary) for commentary in commentaries}
    prefixes = {commentary.doi.prefix for commentary in commentaries}
    if len(bodies) != 1 or len(prefixes) != 1:
        raise RuntimeError(
            "the commentaries of one deposit file are at least one, of one kind of body and of one DOI prefix, "
            f"not {sorted(bodies)} with {sorted(prefixes)}"
        )


def _head(schema: Dialect, head: BatchHead) -> Element:
    make = schema.make
    return make(
        "head",
        ("doi_batch_id", head.batch_id),
        ("timestamp", str(head.timestamp)),
        make("depositor", ("depositor_name", head.depositor_name), ("email_address", head.email)),
        ("registrant", head.registrant),
    )


def fingerprint(commentary: Commentary, *, schema_version: str = DEFAULT_SCHEMA_VERSION) -> str:
    """SHA-256 of what would be deposited of the commentary, without the head: the same as long as nothing changed."""
    schema = dialect(schema_version)
    made = item(schema, commentary)
    # The item gets the prefixes it has in a file.
    etree.Element(f"{{{schema.namespace}}}body", None, _prefixes(schema.namespace)).append(made)
    return canonical_hash(made)
