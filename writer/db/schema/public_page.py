"""Tables of sales/public_page: the privacy settings, and the totals that triggers on `sales` keep.

The triggers and the `public_...` views are made by migration 0005. Quarters are quarter hours since
1970-01-01 UTC (all present time zones are whole quarters off UTC), days are 96 of them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from writer.db.schema.types import UtcTime, metadata, utc_now

# One row. The room writes rounding, is_delayed, counts_hidden and opening_balance; triggers raise `setting`
# when they or what is hidden change, and `version` with that and every change of the ledger.
public_state = Table(
    "public_state",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("setting", BigInteger, nullable=False, server_default=text("0")),
    Column("changed_at", UtcTime, nullable=False, server_default=utc_now()),
    Column(
        "rounding",
        Integer,
        CheckConstraint("rounding IN (1, 10, 100, 1000)", name="rounding"),
        nullable=False,
        server_default=text("1"),
    ),
    Column("is_delayed", Boolean, nullable=False, server_default=false()),  # shown a day later
    Column("counts_hidden", Boolean, nullable=False, server_default=false()),  # in the total alone
    Column("opening_balance", BigInteger, nullable=False, server_default=text("0")),  # sold before the ledger
)

public_hidden = Table(
    "public_hidden",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", Text),  # NULL: this variant of every model
    Column("variant", Text),  # NULL: every variant of this model
    CheckConstraint("model IS NOT NULL OR variant IS NOT NULL", name="something"),
    UniqueConstraint("model", "variant"),
)

sales_totals = Table(
    "sales_totals",
    metadata,
    Column("model", Text, primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)

sales_quarters = Table(
    "sales_quarters",
    metadata,
    Column("quarter", BigInteger, primary_key=True, autoincrement=False),  # 0: undated, or before 1970
    Column("model", Text, primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sales_days = Table(
    "sales_days",
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("model", Text, primary_key=True),
    Column("variant", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# SQLite tells no trigger of the row that INSERT OR REPLACE takes away, so it is noted here just before.
sales_replaced = Table(
    "sales_replaced",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("date_added", UtcTime, nullable=False),
)
