"""Who signed what is held of an unknown source; and addresses with umlauts are kept as DNS writes them.

Revision 0025, after 0024.
"""

import idna
import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; write each host of a source in ASCII, where no other store has that already."""
    op.add_column("deliveries", sa.Column("signed_by_store_id", sa.Integer))
    bind = op.get_bind()
    taken = set(bind.execute(sa.text("SELECT source FROM stores")).scalars())
    for source in sorted(taken):
        if (written := _in_ascii(source)) != source and written not in taken:
            taken.add(written)
            _rename(bind, "stores", source, written)
    waiting = sa.text("SELECT DISTINCT source FROM deliveries WHERE store_id IS NULL")
    for source in list(bind.execute(waiting).scalars()):
        if (written := _in_ascii(source)) != source:
            _rename(bind, "deliveries", source, written)


def _rename(bind: sa.Connection, table: str, source: str, written: str) -> None:
    change = sa.text(f"UPDATE {table} SET source = :written WHERE source = :source")
    bind.execute(change, {"written": written, "source": source})


def _in_ascii(source: str) -> str:
    host, slash, path = source.partition("/")
    if host.isascii():
        return source
    name, colon, port = host.partition(":")
    try:
        return idna.encode(name, uts46=True).decode() + colon + port + slash + path
    except idna.IDNAError:
        return source
