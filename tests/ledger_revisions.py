"""Ledgers of every revision with data in them, for tests of upgrades: see tests/golden/ledger.

``python tests/ledger_revisions.py`` writes the export of a new revision: the newest export that is there, upgraded.
"""

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Engine, Integer, LargeBinary, MetaData, create_engine, text

from doideposit.deposits.ledger.engine import WRITES, LedgerLocation
from doideposit.deposits.ledger.migrate import Revisions
from doideposit.deposits.ledger.migrations import REVISIONS
from doideposit.deposits.ledger.store import Ledger

GOLDEN = Path(__file__).parent / "golden" / "ledger"


def lines(revision: str) -> list[str]:
    """An export made when that revision was the newest."""
    return (GOLDEN / f"{revision}.jsonl").read_text(encoding="utf-8").splitlines()


def ledger_of(url: str, revision: str) -> None:
    """Make a ledger of that revision with the data of its export, by the revision's own tables."""
    place = LedgerLocation(url)
    engine = place.engine()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        Revisions.upgrade(connection, revision)
    _fill(engine, revision)
    engine.dispose()


def _fill(engine: Engine, revision: str) -> None:
    tables = MetaData()
    tables.reflect(engine)
    plain = create_engine(engine.url)
    with plain.begin() as connection:
        for line in lines(revision)[1:]:
            data = json.loads(line)
            table = tables.tables[data["table"]]
            row = {name: _value(table.c[name].type, value) for name, value in data["row"].items()}
            connection.execute(table.insert(), row)
        if plain.dialect.name == "postgresql":
            for name in ("submission", "attempt", "log", "item", "event"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
    plain.dispose()


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return int(value) if isinstance(kind, BigInteger | Integer) else value


def main() -> None:
    """Write the export of the newest revision, unless it is there."""
    newest = GOLDEN / f"{REVISIONS[-1]}.jsonl"
    if newest.exists():
        print(f"{newest.name} is there: nothing is written over what was exported at its time")
        return
    before = max(path.stem for path in GOLDEN.glob("*.jsonl"))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ledger.sqlite3"
        ledger_of(url, before)
        with Ledger.open(url) as ledger:
            newest.write_text("".join(f"{line}\n" for line in ledger.export_lines()), encoding="utf-8")
    print(f"wrote {newest.name} from {before}")


if __name__ == "__main__":
    main()
