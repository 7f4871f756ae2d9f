"""The validator: which schema a file declares, what XSD 1.1 says of it, and the seal."""

import threading
from dataclasses import dataclass

from lxml import etree

from doideposit.crossref.bundle import BundleSource
from doideposit.crossref.documents import parse_document
from doideposit.crossref.validator.asserts import Assertions, lift_assertions
from doideposit.crossref.validator.compiling import MATHML, CompiledSchema, Sources, compile_schema, read_sources
from doideposit.crossref.violations import assertion_finding, schema_findings
from doideposit.findings import Finding, Severity, Where, has_errors
from doideposit.identifiers import Doi, InvalidIdentifier
from doideposit.models.batch import SEAL, SealedBatch

__all__ = ["Sealed", "Validator", "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What XSD 1.1 says of a file: the schema version it was held against (None where it declares none we know)."""

    schema: str | None
    valid: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed batch, or the findings that forbid it; `batch` is None exactly when a finding is an error."""

    batch: SealedBatch | None
    findings: tuple[Finding, ...]


class _Engine:
    """One schema version, read once and compiled at most twice: without MathML, and with it."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.assertions: Assertions = lift_assertions(sources)
        self._compiled: dict[bool, CompiledSchema] = {}
        self._lock = threading.Lock()

    def compiled(self, *, mathml: bool) -> CompiledSchema:
        with self._lock:
            if mathml not in self._compiled:
                self._compiled[mathml] = compile_schema(self.sources, mathml=mathml)
            return self._compiled[mathml]


class Validator:
    """Holds deposit files against the schema version they declare. One per process is enough; threads may share it."""

    def __init__(self, schemas: BundleSource) -> None:
        self._schemas = schemas
        self._engines: dict[str, _Engine] = {}
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

    def _examine(self, xml: bytes, file: str | None) -> tuple[Verdict, etree._Element | None]:
        parsed = parse_document(xml, file=file)
        if parsed.root is None:
            return Verdict(None, valid=False, findings=parsed.findings), None
        root = parsed.root
        version = self._schemas.version_of(etree.QName(root).namespace or "")
        if version is None:
            return Verdict(None, valid=False, findings=(self._unknown_schema(root, file),)), root
        findings = self._violations(root, version, file)
        return Verdict(version, valid=not has_errors(findings), findings=findings), root

    def _engine(self, version: str) -> _Engine:
        with self._lock:
            if version not in self._engines:
                self._engines[version] = _Engine(read_sources(self._schemas.load(version)))
            return self._engines[version]

    def _violations(self, root: etree._Element, version: str, file: str | None) -> tuple[Finding, ...]:
        engine = self._engine(version)
        mathml = next(root.iter(f"{{{MATHML}}}*"), None) is not None
        compiled = engine.compiled(mathml=mathml)
        with compiled.lock:
            valid = compiled.schema.validate(root)
            log = [] if valid else list(compiled.schema.error_log)
        findings = schema_findings(log, root, file)
        findings += [
            assertion_finding(element, rule.test, file) for element, rule in engine.assertions.violations(root)
        ]
        return tuple(sorted(findings, key=lambda finding: finding.where.line or 0))

    def _unknown_schema(self, root: etree._Element, file: str | None) -> Finding:
        name = etree.QName(root)
        return Finding(
            "xml-unknown-schema",
            Severity.ERROR,
            f"the file is no Crossref deposit of a version known here: its root is <{name.localname}>"
            f" in {name.namespace or 'no namespace'}",
            f"schema versions there are: {', '.join(self._schemas.available())}",
            Where(file=file, line=root.sourceline),
        )


def _sealed(xml: bytes, root: etree._Element, verdict: Verdict, file: str | None) -> Sealed:
    ns = f"{{{etree.QName(root).namespace}}}"
    timestamp = root.findtext(f"{ns}head/{ns}timestamp")
    if timestamp is None:
        problem = Finding(
            "seal-no-timestamp",
            Severity.ERROR,
            "the file is a resource deposit, which adds to records that exist; it can be validated but not deposited here",
            "deposit the full record instead",
            Where(file=file, line=root.sourceline),
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
    dois: list[Doi] = []
    faults: list[Finding] = []
    for element in root.iterfind(f"{ns}body//{ns}doi_data/{ns}doi"):
        try:
            dois.append(Doi.parse((element.text or "").strip()))
        except InvalidIdentifier as error:
            where = Where(file=file, line=element.sourceline)
            faults.append(Finding(error.code, Severity.ERROR, error.message, error.hint, where))
    return dois, faults
