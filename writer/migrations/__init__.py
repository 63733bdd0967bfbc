"""Alembic migrations: `python -m writer.migrate` applies them."""
