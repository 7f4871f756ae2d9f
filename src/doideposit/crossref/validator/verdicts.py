"""The validator: which schema a file declares, what XSD 1.1 says of it, and the seal."""

import threading
from typing import Any, NamedTuple

from lxml import etree

from doideposit.crossref.names import MATHML
from doideposit.crossref.schemas.bundle import BundleSource
from doideposit.crossref.schemas.prepared import Form, Prepared, read_prepared, write_prepared
from doideposit.crossref.validator.beside import Beside
from doideposit.crossref.validator.compiling import compile_schema
from doideposit.crossref.validator.inventory import Inventory
from doideposit.crossref.validator.places import Places
from doideposit.findings import Finding, Severity, has_errors
from doideposit.records.identifiers import Doi, InvalidIdentifier
from doideposit.records.models.batch import SEAL, SealedBatch
from doideposit.safe_xml import parse_document

__all__ = ["Sealed", "Validator", "Verdict"]

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_HINT = f"{XSI}schemaLocation"
_DECLARED = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ROOT = "doi_batch"
"""The root of every deposit. Crossref's schema would let any of its elements be the root."""

# It gives elements here, and lxml's type for results of XPath cannot say so.
_with_instance: Any = etree.XPath("//*[@x:*]", namespaces={"x": XSI[1:-1]})


class Verdict(NamedTuple):
    """What XSD 1.1 says of a file: the schema version it was held against (None where it declares none we know)."""

    schema: str | None
    valid: bool
    findings: tuple[Finding, ...]


class Sealed(NamedTuple):
    """A sealed batch, or the findings that forbid it; `batch` is None exactly when a finding is an error."""

    batch: SealedBatch | None
    findings: tuple[Finding, ...]


class _Engine:
    """One form of one schema version, ready to judge documents."""

    def __init__(self, prepared: Prepared) -> None:
        self._compiled = compile_schema(prepared.texts, prepared.main, prepared.addresses)
        self._beside = Beside(prepared.assertions, prepared.lookups, prepared.identities)
        self._undescribed = frozenset(prepared.undescribed)

    def suits(self, inventory: Inventory) -> bool:
        """Whether everything in the document is described by this form."""
        return not inventory.has_any(self._undescribed)

    def findings(self, root: etree._Element, inventory: Inventory, file: str | None) -> tuple[Finding, ...]:
        """Everything that is wrong with a document, in the order of its lines."""
        log = self._compiled.complaints(root)
        broken, faults = self._beside.check(inventory)
        if not (log or broken or faults):
            return ()
        from doideposit.crossref.validator.describing import describe  # noqa: PLC0415 - only files with faults need it

        return describe(self._compiled, root, log, broken, faults, file)


class Validator:
    """Holds deposit files against the schema version they declare. One per process is enough; threads may share it."""

    def __init__(self, schemas: BundleSource) -> None:
        self._schemas = schemas
        self._engines: dict[tuple[str, Form], _Engine] = {}
        self._lock = threading.Lock()

    def validate(self, xml: bytes, *, file: str | None = None) -> Verdict:
        """The verdict on a file; raises `SchemaMissing` or `SchemaDamaged` when its schema cannot be used."""
        return self._examine(xml, file)[0]

    def seal(self, xml: bytes, *, file: str | None = None) -> Sealed:
        """Check bytes and seal them for submission; raises as `validate` does."""
        verdict, root = self._examine(xml, file)
        if root is None or not verdict.valid or verdict.schema is None:
            return Sealed(None, verdict.findings)
        return _sealed(xml, root, verdict, file)

    def prepare(self, version: str) -> None:
        """Read a version's schema and keep what was worked out, so that the next process need not; raises likewise."""
        for narrow in (True, False):
            self._engine(version, Form(mathml=False, lean=True, narrow=narrow))

    def _examine(self, xml: bytes, file: str | None) -> tuple[Verdict, etree._Element | None]:
        parsed = parse_document(xml, file=file)
        if parsed.root is None:
            return Verdict(None, valid=False, findings=parsed.findings), None
        root = parsed.root
        namespace, _, name = root.tag.removeprefix("{").rpartition("}")
        version = self._schemas.version_of(namespace)
        if version is None:
            return Verdict(None, valid=False, findings=(self._unknown_schema(root, file),)), root
        findings = self._violations(root, xml, version, file) if name == ROOT else (_no_deposit(root, file),)
        return Verdict(version, valid=not has_errors(findings), findings=findings), root

    def _engine(self, version: str, form: Form) -> _Engine:
        with self._lock:
            if (version, form) not in self._engines:
                self._engines[version, form] = _Engine(self._prepared(version, form))
            return self._engines[version, form]

    def _prepared(self, version: str, form: Form) -> Prepared:
        """The prepared schema: for the forms that nearly all need, the one that is kept with the bundle if it fits."""
        bundle = self._schemas.load(version)
        kept = self._schemas.kept(version, form.file) if form.file else None
        prepared = read_prepared(bundle, kept) if kept else None
        if prepared is None:
            from doideposit.crossref.schemas.preparing import prepare  # noqa: PLC0415 - most runs find it kept

            prepared = prepare(bundle, form)
            if form.file:
                self._schemas.keep(version, form.file, write_prepared(bundle, prepared))
        return prepared

    def _violations(self, root: etree._Element, xml: bytes, version: str, file: str | None) -> tuple[Finding, ...]:
        inventory = Inventory(root)
        mathml = inventory.has_namespace(MATHML)
        retyped = _look_at_instance(root, xml)
        lean = not mathml and not retyped
        engine = self._engine(version, Form(mathml=mathml, lean=lean, narrow=lean))
        if not engine.suits(inventory):
            engine = self._engine(version, Form(mathml=False, lean=True))
        return engine.findings(root, inventory, file)

    def _unknown_schema(self, root: etree._Element, file: str | None) -> Finding:
        name = etree.QName(root)
        return Finding(
            "xml-unknown-schema",
            Severity.ERROR,
            f"the file is no Crossref deposit of a version known here: its root is <{name.localname}>"
            f" in {name.namespace or 'no namespace'}",
            f"schema versions there are: {', '.join(self._schemas.available())}",
            Places(file).where(root),
        )


def _no_deposit(root: etree._Element, file: str | None) -> Finding:
    return Finding(
        "xml-not-a-deposit",
        Severity.ERROR,
        f"the file is only a part of a deposit: its root is <{etree.QName(root).localname}>, expected is <{ROOT}>",
        f"put it into a <{ROOT}> with <head> and <body>",
        Places(file).where(root),
    )


def _look_at_instance(root: etree._Element, xml: bytes) -> bool:
    """Whether ``xsi:type`` occurs; ``xsi:schemaLocation`` and its like are removed.

    libxml2 would follow such hints to files of the document's choice.
    """
    if root.attrib.pop(_HINT, "") and _has_no_more(xml):
        return False
    retyped = False
    for element in _with_instance(root):
        retyped = retyped or f"{XSI}type" in element.attrib
        for name in (_HINT, f"{XSI}noNamespaceSchemaLocation"):
            element.attrib.pop(name, "")
    return retyped


def _has_no_more(xml: bytes) -> bool:
    """Whether the bytes have room for one ``xsi:`` attribute only, which spares the search for others.

    Another one would need its prefix again, or another prefix and with it the namespace again; without references to
    characters neither can be disguised. In encodings that do not have ASCII as a part nothing is found at all.
    """
    # A single byte is found many times faster than two, and is nearly never there.
    plain = b"#" not in xml or b"&#" not in xml
    return plain and xml.count(b"XMLSchema-instance") == 1 and _DECLARED in xml and xml.count(b"xsi:") == 1


def _sealed(xml: bytes, root: etree._Element, verdict: Verdict, file: str | None) -> Sealed:
    ns = f"{{{etree.QName(root).namespace}}}"
    timestamp = root.findtext(f"{ns}head/{ns}timestamp")
    if timestamp is None:
        problem = Finding(
            "seal-no-timestamp",
            Severity.ERROR,
            "the file is a resource deposit, which adds to records that exist; it can only be validated here",
            "deposit the full record instead",
            Places(file).where(root),
        )
        return Sealed(None, (*verdict.findings, problem))
    dois, faults = _registered(root, ns, file)
    if faults:
        return Sealed(None, (*verdict.findings, *faults))
    batch_id = (root.findtext(f"{ns}head/{ns}doi_batch_id") or "").strip()
    batch = SealedBatch(xml, verdict.schema or "", batch_id, int(timestamp), tuple(dois), SEAL)
    return Sealed(batch, verdict.findings)


def _registered(root: etree._Element, ns: str, file: str | None) -> tuple[list[Doi], list[Finding]]:
    """The DOIs the file registers: those in a ``doi_data`` of the body, which citations do not have."""
    places = Places(file)
    dois: list[Doi] = []
    faults: list[Finding] = []
    for element in root.iterfind(f"{ns}body//{ns}doi_data/{ns}doi"):
        try:
            dois.append(Doi.parse((element.text or "").strip()))
        except InvalidIdentifier as error:
            where = places.where(element)
            faults.append(Finding(error.code, Severity.ERROR, error.message, error.hint, where))
    return dois, faults
