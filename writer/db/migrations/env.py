"""Runs the migrations on the connection that writer.db.migrate opened and locked."""

from alembic import context

from writer.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # All pending migrations are one transaction, opened and ended by writer.db.migrate.
    transaction_per_migration=False,
    compare_server_default=False,
)
context.run_migrations()
