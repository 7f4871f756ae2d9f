"""The validator: which schema a file declares, what XSD 1.1 says of it, and the seal."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, Self

from lxml import etree

from doideposit.crossref.names import MATHML, XSI, is_resources
from doideposit.crossref.schemas.prepared import Prepared
from doideposit.crossref.schemas.store import Announce, SchemaStore
from doideposit.crossref.validator.compiling import CompiledSchema, Complaint
from doideposit.crossref.validator.places import Places
from doideposit.crossref.validator.supplement import Broken, Supplement, WrongValue
from doideposit.crossref.validator.versions import Declared
from doideposit.findings import Finding, Severity, Where, has_errors
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.batch import SEAL, SealedBatch, SealedItem
from doideposit.safe_xml import Element, ParsedXml

__all__ = ["SchemaVerdict", "Sealed", "Validator"]

# The root of every deposit. Crossref's schema would let any of its elements be the root.
ROOT = "doi_batch"

# Problems of one kind beyond this number are counted and not described: a hostile file cannot flood anything.
MOST = 200

# Attributes by which a document names schemas of its own; they are never followed.
_HINTS = (f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation")
# How every file begins that is built here.
_UTF_8 = b'<?xml version="1.0" encoding="UTF-8"?>'
# `xsi:type` would let a document choose its own rules.
_TYPE = f"{{{XSI}}}type"
# It gives elements here, and lxml's type for results of XPath cannot say so. One search for every attribute of the
# namespace takes a third of the time of three for the names.
_with_instance: Any = etree.XPath("//*[@x:*]", namespaces={"x": XSI})


class SchemaVerdict(NamedTuple):
    """Hold what XSD 1.1 says of a file: the schema version that it declares, or that it was lifted to.

    `valid` is None where there is no verdict, because no bundle of that version is kept; `changes` say what was changed
    to lift the file.
    """

    schema: str | None
    valid: bool | None
    findings: tuple[Finding, ...]
    changes: tuple[str, ...] = ()


class Sealed(NamedTuple):
    """Hold a sealed batch, or the findings that forbid it; `batch` is None exactly when a finding is an error."""

    batch: SealedBatch | None
    findings: tuple[Finding, ...]


class _Engine:
    """Hold one schema version, whole or without Content MathML, ready to judge documents."""

    def __init__(self, prepared: Prepared) -> None:
        self.left_out = prepared.left_out
        self._compiled = CompiledSchema.compile(prepared.texts, prepared.main, prepared.addresses)
        self._supplement = Supplement(prepared)

    def findings(self, root: Element, retyped: Sequence[Element], places: Places) -> tuple[Finding, ...]:
        """Return everything that is wrong with a document, in the order of its lines."""
        part = self._compiled.flooded_part(root)
        if part is not None:
            # Elements have the same places in both, and what only lacks in the part is said of none.
            retyped, root = (), part
        first = self._compiled.complaints(root)
        broken, wrong = self._supplement.check(root, retyped)
        if part is not None:
            wrong = [value for value in wrong if value.problem != "unknown-idref"]
        return self._describe(first, broken, wrong, places) if first or broken or wrong else ()

    def _describe(
        self,
        first: Sequence[Complaint],
        broken: Sequence[Broken],
        wrong: Sequence[WrongValue],
        places: Places,
    ) -> tuple[Finding, ...]:
        # Only files with faults need the words, which take a tenth of the time of starting.
        from doideposit.crossref.validator.messages import describe  # noqa: PLC0415
        from doideposit.crossref.validator.recovery import all_complaints  # noqa: PLC0415

        complaints = all_complaints(self._compiled, first)
        # One value is one finding, even where libxml2 has something against it as well.
        said = {(complaint.element, complaint.attribute) for complaint in complaints}
        wrong = [value for value in wrong if (value.element, value.attribute) not in said]
        findings = describe(complaints[:MOST], broken[:MOST], wrong[:MOST], places)
        findings.sort(key=lambda finding: (finding.where.line or 0, finding.where.column or 0))
        left = sum(max(0, len(found) - MOST) for found in (complaints, broken, wrong))
        return (*findings, _more_finding(left, places.file)) if left else tuple(findings)


def _more_finding(left: int, file: str | None) -> Finding:
    message = f"there are {left:,} more problems in the file"
    return Finding("xsd-more", Severity.ERROR, message, "correct the first ones, then check again", Where(file=file))


# A web application opens a depositor with each request, and a schema takes far longer to compile than to read.
@lru_cache(maxsize=4)
def _engine_of(prepared: bytes) -> _Engine:
    """Return the one engine of this process for a prepared schema with these bytes."""
    return _Engine(Prepared.from_bytes(prepared))


class Validator:
    """Judge deposit files by the schema version they declare. One per process is enough; threads may share it."""

    def __init__(self, schemas: SchemaStore) -> None:
        self._schemas = schemas
        self._engines: dict[tuple[str, bool], _Engine] = {}
        self._lock = threading.Lock()

    @classmethod
    def default(cls, *, announce: Announce) -> Self:
        """Return the validator over the schemas of this installation; `announce` says when a bundle is fetched."""
        return cls(SchemaStore.default(announce=announce))

    def validate(self, xml: bytes, *, file: str | None = None, lift_to: str | None = None) -> SchemaVerdict:
        """Return the verdict on a file, by the version it declares or, lifted, by another one.

        Raises `SchemaMissing` or `SchemaDamaged` when the schema cannot be used.
        """
        return self._validate(xml, file, lift_to)[0]

    def seal(self, xml: bytes, *, file: str | None = None, root: Element | None = None) -> Sealed:
        """Check bytes and seal them for submission; raises as `validate` does.

        `root` is what `ParsedXml.of` made of the same bytes, where somebody has parsed them already; it loses its
        hints to schemas here.
        """
        verdict, root = self._validate(xml, file, root=root)
        if root is None or not verdict.valid or verdict.schema is None:
            # Without a verdict nothing is sent.
            return Sealed(None, tuple(replace(finding, severity=Severity.ERROR) for finding in verdict.findings))
        return _seal(xml, root, verdict, file)

    def seal_item(
        self, xml: bytes, doi: Doi, fingerprint: str, version: str
    ) -> tuple[SealedItem | None, tuple[Finding, ...]]:
        """Check a file with one item, and seal the item, which is None where a finding forbids it; raises likewise."""
        verdict = self.validate(xml)
        passed = verdict.valid and verdict.schema == version
        return SealedItem(doi, fingerprint, version, SEAL) if passed else None, verdict.findings

    def prepare(self, version: str) -> None:
        """Prepare the schema of a version and keep the result for later processes; raises likewise."""
        for whole in (False, True):
            self._load_prepared(version, whole=whole)

    def _validate(
        self, xml: bytes, file: str | None, lift_to: str | None = None, root: Element | None = None
    ) -> tuple[SchemaVerdict, Element | None]:
        parsed = ParsedXml.of(xml, file=file) if root is None else ParsedXml(root)
        if parsed.root is None:
            return SchemaVerdict(None, valid=False, findings=parsed.findings), None
        root, places = parsed.root, Places(file, xml)
        namespace, _, name = root.tag.removeprefix("{").rpartition("}")
        declared = Declared.of_namespace(namespace)
        version = self._schemas.version_of(namespace)
        changes: tuple[str, ...] = ()
        if lift_to is not None and name == ROOT and declared and declared.liftable and version != lift_to:
            places.keep_positions(root)
            root, changes = Declared.lift(root, lift_to)
            version = lift_to
        if version is None:
            return self._without_bundle(root, declared if name == ROOT else None, places), root
        retyped = remove_hints(root, xml)
        findings = self._violations(root, retyped, version, places) if name == ROOT else (_no_deposit(root, places),)
        return SchemaVerdict(version, not has_errors(findings), findings, changes), root

    def _engine_for(self, version: str, *, whole: bool) -> _Engine:
        with self._lock:
            if (version, whole) not in self._engines:
                self._engines[version, whole] = _engine_of(self._load_prepared(version, whole=whole))
            return self._engines[version, whole]

    def _load_prepared(self, version: str, *, whole: bool) -> bytes:
        """Return the prepared schema as bytes: those that are kept with the bundle, if they fit."""
        bundle = self._schemas.load(version)
        file = Prepared.file_name(whole=whole)
        kept = self._schemas.kept(version, file)
        if kept and Prepared.is_of(bundle, kept):
            return kept
        from doideposit.crossref.schemas.compiler import prepare  # noqa: PLC0415 - most runs find it kept

        prepared = prepare(bundle, whole=whole).to_bytes(bundle)
        self._schemas.keep(version, file, prepared)
        return prepared

    def _violations(
        self, root: Element, retyped: Sequence[Element], version: str, places: Places
    ) -> tuple[Finding, ...]:
        engine = self._engine_for(version, whole=False)
        # xsi:type could name a type that is left out too, and a document that has one is rare.
        if retyped or any(element.tag in engine.left_out for element in root.iter(f"{{{MATHML}}}*")):
            engine = self._engine_for(version, whole=True)
        return engine.findings(root, retyped, places)

    def _without_bundle(self, root: Element, declared: Declared | None, places: Places) -> SchemaVerdict:
        if declared is None:
            return SchemaVerdict(None, valid=False, findings=(self._unknown_schema(root, places),))
        message = f"cannot validate: the schema {declared.version} is not available here; {declared.status}"
        hint = f"available schema versions: {', '.join(self._schemas.available())}"
        if declared.liftable:
            newest = self._schemas.available()[0]
            hint = (
                f"`doideposit validate --as {newest} FILE` says whether it is valid after an upgrade to that "
                "version, and what changes"
            )
        finding = Finding("xml-version-not-kept", Severity.WARNING, message, hint, places.where(root))
        return SchemaVerdict(declared.version, None, (finding,))

    def _unknown_schema(self, root: Element, places: Places) -> Finding:
        name = etree.QName(root)
        return Finding(
            "xml-unknown-schema",
            Severity.ERROR,
            f"the file is not a Crossref deposit of a known version: its root is <{name.localname}>"
            f" in {name.namespace or 'no namespace'}",
            f"available schema versions: {', '.join(self._schemas.available())}",
            places.where(root),
        )


def _no_deposit(root: Element, places: Places) -> Finding:
    return Finding(
        "xml-not-a-deposit",
        Severity.ERROR,
        f"the file is only a part of a deposit: its root is <{etree.QName(root).localname}>, expected: <{ROOT}>",
        f"put it in a <{ROOT}> with <head> and <body>",
        places.where(root),
    )


def remove_hints(root: Element, xml: bytes) -> list[Element]:
    """Remove ``xsi:schemaLocation`` and its like, and return the elements that have an ``xsi:type``.

    libxml2 would follow the hints to files of the document's choice. `xml` are the bytes of the document.
    """
    # In UTF-8 the name of the namespace is in its bytes, unless references to characters hide it. What is built
    # here for a verdict never has it.
    if xml.startswith(_UTF_8) and b"XMLSchema-instance" not in xml and b"&#" not in xml:
        return []
    found = _with_instance(root)
    for element in found:
        for name in _HINTS:
            element.attrib.pop(name, "")
    return [element for element in found if _TYPE in element.attrib]


def _seal(xml: bytes, root: Element, verdict: SchemaVerdict, file: str | None) -> Sealed:
    ns = f"{{{etree.QName(root).namespace}}}"
    places = Places(file, xml)
    # A resource-only deposit has none: the ledger keeps the order of those (doi_resources5.4.0.xsd: head).
    timestamp = root.findtext(f"{ns}head/{ns}timestamp") or "0"
    dois, faults = _registered_dois(root, ns, places)
    if faults:
        return Sealed(None, (*verdict.findings, *faults))
    batch_id = (root.findtext(f"{ns}head/{ns}doi_batch_id") or "").strip()
    batch = SealedBatch(xml, verdict.schema or "", batch_id, int(timestamp), tuple(dois), SEAL)
    return Sealed(batch, verdict.findings)


def _registered_dois(root: Element, ns: str, places: Places) -> tuple[list[Doi], list[Finding]]:
    """Return the DOIs the file is about: those in a ``doi_data`` of the body, which citations do not have.

    In a resource-only deposit each child of the body names one, and may name the same.
    """
    dois: list[Doi] = []
    faults: list[Finding] = []
    alone = is_resources(etree.QName(root).namespace)
    path = f"{ns}body/*/{ns}doi" if alone else f"{ns}body//{ns}doi_data/{ns}doi"
    for element in root.iterfind(path):
        try:
            dois.append(Doi.parse((element.text or "").strip()))
        # A DOI that cannot be read becomes a finding, with its line.
        except InvalidIdentifier as error:
            where = places.where(element, text=True)
            faults.append(Finding(error.code, Severity.ERROR, error.message, error.hint, where))
    return (list(dict.fromkeys(dois)) if alone else dois), faults
