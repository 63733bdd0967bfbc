"""Alembic migrations: `python -m writer.db.migrate` applies them."""
