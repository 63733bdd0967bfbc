"""Tables of orders/record: orders of every channel, and what was posted for them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from writer.db.schema.types import UtcTime, metadata

# What lets an index of PostgreSQL find beginnings, whatever language it sorts by.
BEGINNINGS = "text_pattern_ops"
OF_CACHED: dict[str, Any] = {"sqlite_where": text("is_cached = 1"), "postgresql_where": text("is_cached")}
_FILTERED = ("id", "store_id", "status", "is_cached")

REFUNDED = "refunded_minor > 0 OR status = 'refunded'"

# Money in minor units. SQLite's integers are as large as they need to be.
MINOR = Integer().with_variant(BigInteger, "postgresql")

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    # hash of WooCommerce's order_key, for an id can be used again after deletion; "" not told
    Column("key_hash", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("changed_at", UtcTime),  # date_modified_gmt of the newest snapshot; NULL: never told
    Column("snapshot_hash", Text, nullable=False),  # of the newest snapshot's content
    Column("created_at", UtcTime, nullable=False),
    Column("paid_at", UtcTime),  # NULL: not paid, as far as told
    Column("counted_at", UtcTime),  # date of this order's rows in the ledger; NULL: none posted yet
    Column("currency", Text, nullable=False),
    Column("total_minor", MINOR, nullable=False),
    Column("refunded_minor", MINOR, nullable=False, server_default=text("0")),
    Column("customer_name", Text),  # NULL: not told, or erased
    Column("customer_email", Text),  # NULL: not told, or erased
    Column("ship_to", Text),  # JSON of an address; NULL: not told, or erased
    Column("ship_country", Text),  # of ship_to, as ISO code; NULL as ship_to, or without a country
    Column("phone", Text),  # NULL: not told, or erased
    Column("customer_note", Text),  # NULL: none, or erased
    Column("payment_title", Text),  # NULL: not told
    Column("transaction_id", Text),  # of the payment, at who took it; NULL: not told, or erased
    Column("charges", Text),  # JSON list of shipping and fees; NULL: recorded before they were kept
    Column("tax_minor", MINOR),  # NULL: not told, or recorded before it was kept
    Column("discount_minor", MINOR),  # NULL as tax_minor
    Column("to_ship", Integer, nullable=False, server_default=text("0")),  # units paid and not yet sent
    Column("parent_external_id", Text),  # NULL: an order of its own
    Column("raw", Text),  # the store's JSON; NULL: erased, or kept no longer
    Column("is_trashed", Boolean, nullable=False, server_default=false()),
    Column("needs_reading", Text),  # why the store must be asked by REST; NULL: nothing to ask
    Column("missed", Integer, nullable=False, server_default=text("0")),  # direct looks that found nothing
    Column("recorded_at", UtcTime, nullable=False),  # when the newest of what is recorded was heard
    # what it adds to revenue: the total less refunds while its status counts as paid, else 0
    Column("net_minor", MINOR, nullable=False, server_default=text("0")),
    Column("units", Integer, nullable=False, server_default=text("0")),  # of all its lines, as due
    Column("customer_key", Text),  # customer_name as it is searched, case-folded; NULL as customer_name
    Column("customer_turned", Text),  # the same with the last word first; NULL as customer_name
    Column("synced_at", UtcTime),  # when the store last told its state; NULL: before that was kept
    # false: cleaned up; ids, times of change and what its lines posted stay, so that nothing is counted twice
    Column("is_cached", Boolean, nullable=False, server_default=true()),
    Column("erased_at", UtcTime),  # when its customer was erased here; NULL: never
    Column("modified_at", UtcTime, Computed("coalesce(changed_at, created_at)")),  # never NULL
    UniqueConstraint("store_id", "external_id", "key_hash"),
    Index("ix_orders_number", "number", postgresql_ops={"number": BEGINNINGS}),
    # The time is in it for the last order of a customer.
    Index(
        "ix_orders_customer_email",
        "customer_email",
        "created_at",
        *_FILTERED,
        postgresql_ops={"customer_email": BEGINNINGS},
    ),
    Index("ix_orders_customer_key", "customer_key", postgresql_ops={"customer_key": BEGINNINGS}),
    Index("ix_orders_customer_turned", "customer_turned", postgresql_ops={"customer_turned": BEGINNINGS}),
    # Long lists are read along one of these: store, status and is_cached are in it for the filters.
    Index("ix_orders_by_created", "created_at", *_FILTERED),
    # Clean-up looks every few minutes for the oldest that are still kept.
    # It does not begin with is_cached, which SQLite would take for a choice of few in every list; but without
    # it SQLite would rather read the index of all orders.
    Index("ix_orders_cached", "created_at", "is_cached", **OF_CACHED),
    Index(
        "ix_orders_raw",
        "created_at",
        sqlite_where=text("raw IS NOT NULL"),
        postgresql_where=text("raw IS NOT NULL"),
    ),
    Index("ix_orders_by_modified", "modified_at", *_FILTERED, **OF_CACHED),
    Index("ix_orders_by_total", "total_minor", *_FILTERED, **OF_CACHED),
    # Of those that bring money or units, all that their sum needs: see browse/revenue.py.
    Index(
        "ix_orders_counted",
        *("created_at", "id", "store_id", "currency", "units", "net_minor"),
        sqlite_where=text("units <> 0 OR net_minor <> 0"),
        postgresql_where=text("units <> 0 OR net_minor <> 0"),
    ),
    # Short ones are found by this one, and sorted.
    Index("ix_orders_by_status", "store_id", "status", "created_at", "id", "is_cached", **OF_CACHED),
    Index(
        "ix_orders_to_ship",
        "is_cached",
        "created_at",
        *("id", "store_id", "status"),
        sqlite_where=text("to_ship > 0"),
        postgresql_where=text("to_ship > 0"),
    ),
    # Those whose details are still to be read from the raw JSON; see sync/order_import/details.py.
    Index(
        "ix_orders_undetailed",
        "id",
        sqlite_where=text("charges IS NULL AND raw IS NOT NULL"),
        postgresql_where=text("charges IS NULL AND raw IS NOT NULL"),
    ),
    Index(
        "ix_orders_by_country",
        "ship_country",
        "created_at",
        *_FILTERED,
        sqlite_where=text("ship_country IS NOT NULL"),
        postgresql_where=text("ship_country IS NOT NULL"),
    ),
    Index(
        "ix_orders_refunded",
        "is_cached",
        "created_at",
        *_FILTERED[:3],
        sqlite_where=text(REFUNDED),
        postgresql_where=text(REFUNDED),
    ),
    Index(
        "ix_orders_parent",
        "store_id",
        "parent_external_id",
        sqlite_where=text("parent_external_id IS NOT NULL"),
        postgresql_where=text("parent_external_id IS NOT NULL"),
    ),
    Index(
        "ix_orders_unread",
        "store_id",
        "id",
        sqlite_where=text("needs_reading IS NOT NULL"),
        postgresql_where=text("needs_reading IS NOT NULL"),
    ),
    Index(
        "ix_orders_missed",
        "store_id",
        "id",
        sqlite_where=text("missed = 1"),
        postgresql_where=text("missed = 1"),
    ),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("product_id", Integer, nullable=False),  # 0: deleted in the store, or never known
    Column("variation_id", Integer, nullable=False),  # 0: no variation
    Column("sku", Text, nullable=False),  # as last sent; "" none
    Column("sku_key", Text, nullable=False),  # the SKU as stock compares it
    Column("name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("refunded", Integer, nullable=False, server_default=text("0")),
    Column("restocked", Integer, nullable=False, server_default=text("0")),
    Column("store_reduced", Integer),  # what the store itself holds out; NULL: not told
    Column("total_minor", MINOR, nullable=False),  # after discounts, before tax
    Column("subtotal_minor", MINOR),  # before discounts and tax; NULL: not told, or from before it was kept
    Column("tax_minor", MINOR),  # NULL as subtotal_minor
    Column("model", Text),  # pinned at the first match; NULL: matches no rule
    Column("variant", Text),  # NULL as model
    Column("stock_product_id", Integer),  # pinned at the first match; NULL: no counted product
    Column("sold_due", Integer, nullable=False, server_default=text("0")),
    Column("sold", Integer, nullable=False, server_default=text("0")),  # posted to the ledger
    Column("taken_due", Integer, nullable=False, server_default=text("0")),
    Column("taken", Integer, nullable=False, server_default=text("0")),  # units it has taken out of stock
    Column("sold_before_trash", Integer),  # due before the order went to the trash; NULL: it is not there
    Column("taken_before_trash", Integer),  # NULL as sold_before_trash
    Column("problem", Text),  # why the line waits for review; NULL: fine
    Column("is_removed", Boolean, nullable=False, server_default=false()),
    # Which decision (sortings.id) made the rule of its type; 0: it counts as itself. NULL: none, or no type
    Column("type_rule_by", Integer),
    # Which decision said what its product is, by which the type was found; NULL: found without one
    Column("type_said_by", Integer),
    Column("product_said_by", Integer),  # the same for its counted product; NULL: found without one
    UniqueConstraint("order_id", "external_id"),
    *(
        Index(
            f"ix_order_lines_{name}",
            name,
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("type_rule_by", "type_said_by", "product_said_by")
    ),
    Index("ix_order_lines_unmatched", "model", "id"),
    Index(
        "ix_order_lines_uncounted",
        "product_id",
        sqlite_where=text("stock_product_id IS NULL"),
        postgresql_where=text("stock_product_id IS NULL"),
    ),
    Index("ix_order_lines_sku_key", "sku_key", postgresql_ops={"sku_key": BEGINNINGS}),
)

order_refunds = Table(
    "order_refunds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("total_minor", MINOR, nullable=False),
    Column("lines", Text),  # JSON {line id: units}; NULL: not read from the store yet
    Column("is_gone", Boolean, nullable=False, server_default=false()),  # deleted in the store
    Column("made_at", UtcTime),  # NULL: recorded before it was kept
    UniqueConstraint("order_id", "external_id"),
)

order_events = Table(
    "order_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("cause", Text, nullable=False),  # "delivery 12", "poll", "rule added by admin"
    Column("status", Text, nullable=False),
    Column("sentence", Text, nullable=False),  # why it is counted as it is
    Column("sold", Integer),  # units added to the ledger; NULL: from before it was kept
    Column("taken", Integer),  # units taken out of stock; NULL as sold
)

# What staff wrote about an order, for themselves; erased with its customer.
order_notes = Table(
    "order_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
)

product_skus = Table(
    "product_skus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Integer, nullable=False),
    Column("variation_id", Integer, nullable=False),
    Column("sku", Text, nullable=False),  # what the owner says this product is
    Column("sorting_id", Integer),  # the decision that said so; NULL: said in another way
    UniqueConstraint("store_id", "product_id", "variation_id"),
)

# Both are kept by triggers on `orders`, so that neither a count nor a sum reads every order.
order_counts = Table(
    "order_counts",
    metadata,
    Column("store_id", Integer, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("month", Integer, primary_key=True),  # of the order's creation, UTC: 12 * year + month - 1
    Column("orders", Integer, nullable=False),  # all of them
    Column("cached", Integer, nullable=False),  # those that lists show
    sqlite_with_rowid=False,
)

order_revenue = Table(
    "order_revenue",
    metadata,
    Column("store_id", Integer, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("day", Integer, primary_key=True),  # UTC day number of the order's creation
    Column("orders", Integer, nullable=False),  # all of them
    Column("counted", Integer, nullable=False, server_default=text("0")),  # those that bring money or units
    Column("units", Integer, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
