"""Verdicts: against libxml2 alone, and against xmlschema's XMLSchema11."""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from lxml import etree

from benchmarks.peers import Peers
from benchmarks.rows import Row, at_least, at_most
from benchmarks.samples import deposit_xml
from benchmarks.timing import command, in_process, in_turns
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator

VERSION = "5.5.0"
XS = "{http://www.w3.org/2001/XMLSchema}"
FIRST = """
import sys
from pathlib import Path
from doideposit.crossref.schemas.store import SchemaStore
from doideposit.crossref.validator.validator import Validator
assert Validator(SchemaStore.default()).validate(Path(sys.argv[1]).read_bytes()).valid
"""


def rows(peers: Peers) -> Iterator[Row]:
    """The rows about verdicts."""
    store = SchemaStore.default()
    validator = Validator(store)
    one = deposit_xml(1)
    yield from _against_libxml2(store, validator)
    folder = store.ensure(VERSION)
    bundle = store.load(VERSION)
    main = str(folder / bundle.main)
    addresses = {address: str(folder / name) for address, name in bundle.addresses.items()}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "one.xml"
        path.write_bytes(one)
        first = in_turns(
            {
                "ours": command([sys.executable, "-c", FIRST, str(path)], Path(scratch)),
                "theirs": lambda: peers.measure("compile_11", main=main, addresses=addresses),
            },
            rounds=5,
        )
    each = in_turns(
        {
            "ours": in_process(lambda: validator.validate(one), times=20),
            "theirs": lambda: peers.measure("validate_11", main=main, xml=one.decode(), times=2),
        },
        rounds=9,
    )
    yield at_least("verdict on one record | XMLSchema11", each["ours"], each["theirs"], times=12)
    yield at_least(
        "new process to its first verdict | XMLSchema11's compile alone", first["ours"], first["theirs"], times=15
    )


def _against_libxml2(store: SchemaStore, validator: Validator) -> Iterator[Row]:
    """From bytes to a verdict, against the bare validation of a tree that is parsed already, and with its parsing.

    Bare validation compares a language with 8,107 others one by one. Most records name one, some do not.
    """
    schema = bare_schema(store)
    for language, named in ((True, ""), (False, " without a language")):
        xml = deposit_xml(1_000, language=language)
        root = etree.fromstring(xml)
        if not (validator.validate(xml).valid and schema.validate(root)):
            raise RuntimeError("the sample is not valid")
        contestants = {
            "ours": in_process(partial(validator.validate, xml)),
            "bare": in_process(partial(schema.validate, root)),
            "parsing": in_process(partial(_parse_and_validate, schema, xml)),
        }
        taken = in_turns(contestants, rounds=15)
        what = f"verdict on 1,000 records{named}, from bytes"
        target = 1.2 if language else None
        yield at_most(f"{what} | bare lxml, parsed tree", taken["ours"], taken["bare"], times=target)
        yield at_most(f"{what} | bare lxml, from bytes", taken["ours"], taken["parsing"], times=None)


def _parse_and_validate(schema: etree.XMLSchema, xml: bytes) -> bool:
    return bool(schema.validate(etree.fromstring(xml)))


def bare_schema(store: SchemaStore) -> etree.XMLSchema:
    """Crossref's schema as lxml compiles it from its files, only without the assertions, which libxml2 refuses."""
    bundle = store.load(VERSION)
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in bundle.files.items():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            tree = etree.fromstring(content)
            for node in list(tree.iter(f"{XS}assert")):
                node.getparent().remove(node)
            for link in tree.iter(f"{XS}import", f"{XS}include"):
                known = bundle.addresses.get(link.get("schemaLocation", ""))
                if known:
                    link.set("schemaLocation", "../" * name.count("/") + known)
            path.write_bytes(etree.tostring(tree))
        return etree.XMLSchema(file=str(Path(scratch) / bundle.main))
