"""How a command starts: what it imports, and what it leaves alone until it is needed."""

import os
import subprocess
import sys

from desk import Desk
from doideposit.crossref.schemas.store import SchemaStore

RUN = """
import sys
from doideposit.__main__ import main
sys.argv[0] = "doideposit"
try:
    main()
finally:
    print(*(set(sys.modules) & {unwanted!r}), file=sys.stderr)
"""
UNWANTED = {
    *("ssl", "subprocess"),
    *("alembic", "elementpath", "jinja2", "platformdirs", "requests", "rich", "sqlalchemy", "stdnum", "werkzeug"),
    *(
        "doideposit.cli.masking",
        "doideposit.crossref.registrar",
        "doideposit.deposits.ledger",
        "doideposit.deposits.planning",
    ),
    *("doideposit.crossref.validator.messages", "doideposit.crossref.schemas.compiler"),
    "doideposit.deposits.depositor",
}


def python(desk: Desk, code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=desk.folder,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_checking_one_record_imports_nothing_that_it_does_not_need(desk: Desk) -> None:
    record = desk.record()
    assert desk("check", record).code == 0
    bundle = SchemaStore.default(offline=True).location("5.5.0")
    assert bundle is not None
    # Where nobody says it, the last place to look for the schema is the user's folder, whose name has to be found out.
    environ = {"DOIDEPOSIT_SCHEMAS": str(bundle.parent)}
    done = python(desk, RUN.format(unwanted=UNWANTED), "check", str(record), **environ)
    assert (done.returncode, done.stderr.strip()) == (0, ""), done
    assert "1 record checked" in done.stdout
