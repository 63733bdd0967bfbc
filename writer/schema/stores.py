"""Tables of the stores room: each store, its secrets, what it delivered."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from writer.schema.types import UtcTime, metadata

stores = Table(
    "stores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False, unique=True),  # address as the webhook names it, normalised
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcTime, nullable=False),
    # NULL: the shared secret is good while the store has none of its own
    Column("shared_secret_until", UtcTime),
    Column("counts_on_hold", Boolean, nullable=False, server_default=false()),
    Column("paid_statuses", Text, nullable=False, server_default=""),  # the owner's, comma-separated
    Column("last_contact_at", UtcTime),  # NULL: never heard from
    Column("rejected", Integer, nullable=False, server_default=text("0")),  # wrong signatures
    Column("rejected_at", UtcTime),  # NULL: none yet
    Column("site_id", Text),  # the owner's short name in SITES and short webhooks; NULL: none
    Column("base_url", Text),  # where REST is asked; NULL: no keys, webhooks alone
    Column("consumer_key_encrypted", Text),  # NULL: no keys
    Column("consumer_secret_encrypted", Text),  # NULL: no keys
    Column("auth", Text),  # 'basic', 'query' or 'oauth' as found out; NULL: not found out yet
    Column("ca_bundle", Text),  # path of a private CA's certificates; NULL: the public ones
    Column("buffer", Integer, nullable=False, server_default=text("0")),  # units never offered there
    Column(
        "drift_policy",
        Text,
        CheckConstraint("drift_policy IN ('enforce', 'adopt', 'ask')", name="drift_policy"),
        nullable=False,
        server_default="enforce",
    ),
    Column("restocks_refunds", Boolean, nullable=False, server_default=true()),
    # turn on stock management in the store where a listing has none
    Column("manages_stock", Boolean, nullable=False, server_default=false()),
    Column(
        "push_state",
        Text,
        CheckConstraint("push_state IN ('off', 'on', 'paused')", name="push_state"),
        nullable=False,
        server_default="off",
    ),
    Column("push_reason", Text),  # why pushing is paused; NULL: it is not
    Column("mass_change", Text),  # the large change that waits for a confirmation; NULL: none
    Column("mass_confirmed_at", UtcTime),  # NULL: not confirmed
    Column("stock_from", UtcTime),  # orders made before move no stock; NULL: no baseline chosen yet
    Column("order_cursor", UtcTime),  # largest date_modified_gmt seen, the store's clock; NULL: never read
    Column("polled_at", UtcTime),  # start of the last complete reading of orders; NULL: none
    Column("refusals", Integer, nullable=False, server_default=text("0")),  # of the keys, in a row
    Column("failures", Integer, nullable=False, server_default=text("0")),  # of contact, in a row
    Column("last_error", Text),  # NULL: the last contact went well
    Column("not_before", UtcTime),  # no call before this; NULL: at any time
    Column("checked_at", UtcTime),  # last visit of the doctor; NULL: none
    Column("doctor_says", Text),  # JSON list of sentences; NULL: not looked yet
    Index("ix_stores_site_id", "site_id", unique=True),
)

listings = Table(
    "listings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Integer, nullable=False),
    Column("variation_id", Integer, nullable=False, server_default=text("0")),  # 0: no variation
    Column("sku", Text, nullable=False, server_default=""),  # as the store writes it
    Column("name", Text, nullable=False, server_default=""),
    Column("stock_product_id", Integer, ForeignKey("products.id")),  # NULL: mapped to nothing we count
    Column("is_mapped_by_hand", Boolean, nullable=False, server_default=false()),
    Column("manage_stock", Text, nullable=False, server_default="yes"),  # 'yes', 'no', 'parent'
    Column("allows_backorders", Boolean, nullable=False, server_default=false()),
    Column("shown", Integer),  # what the store showed when last looked; NULL: nothing, or never looked
    Column("shown_at", UtcTime),  # NULL: never looked
    Column("pushed", Integer),  # what the store was last told, or was found to show rightly; NULL: nothing
    Column("pushed_version", Integer, nullable=False, server_default=text("0")),  # of the product then
    Column("pushed_at", UtcTime),  # NULL: never
    Column("intended", Integer),  # noted before a write, so that a crash in it is no drift; NULL: none
    Column("needs_look", Boolean, nullable=False, server_default=false()),  # the store hinted at a change
    Column("drift_by", Integer),  # units nothing explains, seen once; NULL: none
    Column("drift_at", UtcTime),  # when it was seen first; NULL: none
    Column("writes", Integer, nullable=False, server_default=text("0")),  # since writes_since, for one count
    Column("writes_since", UtcTime),  # NULL: none
    Column("not_before", UtcTime),  # a refused write is tried again then; NULL: at any time
    Column("is_gone", Boolean, nullable=False, server_default=false()),  # the store no longer has it
    Column("problem", Text),  # why it is not pushed; NULL: fine
    Column("seen_at", UtcTime),  # by the last mapping refresh; NULL: by none
    UniqueConstraint("store_id", "product_id", "variation_id"),
    Index("ix_listings_product", "stock_product_id"),
)

failures = Table(
    "failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE")),  # NULL: the whole store
    Column("what", Text, nullable=False),  # "push stock", "read orders"
    Column("sentence", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("next_at", UtcTime),  # NULL: not by itself, only by hand
    Column("ended_at", UtcTime),  # NULL: still failing
    Column("ended_by", Text),  # NULL: still failing
    Index("ix_failures_open", "store_id", "ended_at"),
)

drifts = Table(
    "drifts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("ours", Integer, nullable=False),
    Column("theirs", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("action", Text, nullable=False),  # 'enforced', 'adopted', 'asked'
    Column("settled_at", UtcTime),  # NULL: the owner was asked and has not answered
    Column("settled_by", Text),  # NULL as settled_at
)

store_secrets = Table(
    "store_secrets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_encrypted", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("valid_until", UtcTime),  # NULL: until replaced
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id")),  # NULL: from a source not accepted (yet)
    Column("source", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("body", LargeBinary),  # exact bytes; NULL: older than is kept, or erased
    Column("order_external_id", Text),  # NULL: not about an order
    Column("order_number", Text),  # NULL: not told
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="SET NULL")),  # NULL: recorded in none
    Column(
        "outcome",
        Text,
        CheckConstraint(
            "outcome IN ('recorded', 'repeat', 'stale', 'ignored', 'held', 'failed')", name="outcome"
        ),
        nullable=False,
    ),
    Column("sentence", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("1")),
    Column("next_attempt_at", UtcTime),  # NULL: nothing more to do
    Index("ix_deliveries_received", "received_at"),
    Index("ix_deliveries_due", "next_attempt_at"),
    Index("ix_deliveries_number", "order_number"),
    Index("ix_deliveries_order", "order_id"),
)

sync_runs = Table(
    "sync_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_by", Text, nullable=False),  # "cron", or who asked
    Column("days_back", Integer),  # NULL: since each store's cursor
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # NULL: running, or killed
    Column("error", Text),  # why it ended early; NULL: it did not
    Index("ix_sync_runs_started", "started_at"),
)

sync_run_stores = Table(
    "sync_run_stores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("sync_runs.id", ondelete="CASCADE"), nullable=False),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'skipped')", name="state"),
        nullable=False,
    ),
    Column("seen", Integer, nullable=False, server_default=text("0")),
    Column("created", Integer, nullable=False, server_default=text("0")),
    Column("updated", Integer, nullable=False, server_default=text("0")),
    Column("unchanged", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),  # NULL: none
    Column("started_at", UtcTime),  # NULL: not begun
    Column("ended_at", UtcTime),  # NULL: not ended
    UniqueConstraint("run_id", "store_id"),
)
