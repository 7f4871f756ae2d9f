"""Alembic's entry: the connection is handed over by `doideposit.deposits.ledger.migrate`, inside its transaction."""

from alembic import context

from doideposit.deposits.ledger.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=False)
context.run_migrations()
