"""The whole command, cold: a new process from its first instruction to its last word."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.peers import COMMONMETA
from benchmarks.rows import Row, at_least, milliseconds
from benchmarks.samples import CONFIGURATION, commonmeta_record, record
from benchmarks.timing import Timing, command, in_turns

ALLOWED = 0.25
"""Seconds that `check` may take beyond the import of the libraries it cannot do without."""


def rows(folder: Path) -> Iterator[Row]:
    """`doideposit check one.yaml` against commonmeta's `convert`, and against the import of three libraries."""
    (folder / "doideposit.toml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "one.yaml").write_text(yaml.safe_dump(record(7), sort_keys=False, allow_unicode=True), encoding="utf-8")
    (folder / "one.json").write_text(json.dumps(commonmeta_record(7)), encoding="utf-8")
    theirs = [str(COMMONMETA), "convert", "one.json", "-f", "commonmeta", "-t", "crossref_xml", "--no-network"]
    taken = in_turns(
        {
            "ours": command([str(Path(sys.executable).parent / "doideposit"), "check", "one.yaml"], folder),
            "theirs": command([*theirs, "--depositor", "A", "--email", "a@example.org", "--registrant", "A"], folder),
            "base": command([sys.executable, "-c", "import pydantic, lxml.etree, click"], folder),
        },
        rounds=11,
    )
    yield at_least("whole command on one record, cold | commonmeta convert", taken["ours"], taken["theirs"], times=6)
    yield _beyond(taken["ours"], taken["base"])


def _beyond(ours: Timing, base: Timing) -> Row:
    beyond = ours.cpu - base.cpu
    return Row(
        "the same, beyond `import pydantic, lxml.etree, click`",
        milliseconds(ours),
        milliseconds(base),
        f"+{beyond:.3f} s",
        f"≤ {ALLOWED} s",
        beyond <= ALLOWED,
        {"ours": ours, "theirs": base, "beyond": beyond},
    )
