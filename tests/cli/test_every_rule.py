"""A folder with one record file for each rule, written from the rules' own bad examples, and checked in one run."""

import runpy
from pathlib import Path

from desk import Desk
from doideposit.checks.rules.evaluation import RECORD_RULES, RUN_RULES

SCRIPT = Path(__file__).parents[2] / "examples" / "every_rule.py"


def test_each_file_shows_its_rule_and_no_other_error(desk: Desk) -> None:
    runpy.run_path(str(SCRIPT))["write"](desk.folder)
    found: dict[str, set[tuple[str, str]]] = {}
    for record in desk("check", "records", "--json").json["records"]:
        about = {(finding["code"], finding["severity"]) for finding in record["findings"]}
        found.setdefault(Path(record["source"]).stem, set()).update(about)
    severities = {rule.code: rule.severity for rule in (*RECORD_RULES, *RUN_RULES)}
    assert found.keys() == severities.keys()
    for code, severity in severities.items():
        # A rehearsal may lead to this machine.
        assert (code, "info" if code == "url-local" else str(severity)) in found[code]
        assert {other for other, weight in found[code] if weight == "error"} <= {code}
