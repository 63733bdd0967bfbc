"""Tables of stores/registry: each store, its secrets, its failures."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
    true,
)

from writer.db.schema.types import UtcTime, metadata

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
    Column("last_contact_at", UtcTime),  # NULL: never
    Column("rejected_signatures", Integer, nullable=False, server_default=text("0")),  # wrong signatures
    Column("rejected_at", UtcTime),  # NULL: none yet
    Column("site_id", Text),  # the owner's short name in SITES and short webhooks; NULL: none
    Column("base_url", Text),  # where REST is asked; NULL: no keys, webhooks alone
    Column("consumer_key_encrypted", Text),  # NULL: no keys
    Column("consumer_secret_encrypted", Text),  # NULL: no keys
    Column("auth", Text),  # 'basic', 'query' or 'oauth' as found out; NULL: not found out yet
    Column("ca_bundle", Text),  # path of a private CA's certificates; NULL: the public ones
    Column("buffer", Integer, nullable=False, server_default=text("0")),  # units never offered there
    Column(
        "difference_policy",
        Text,
        CheckConstraint("difference_policy IN ('enforce', 'adopt', 'ask')", name="difference_policy"),
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
    Column("pause_reason", Text),  # why pushing is paused; NULL: it is not
    Column("mass_change", Text),  # the large change that waits for a confirmation; NULL: none
    Column("mass_confirmed_at", UtcTime),  # NULL: not confirmed
    Column("stock_from", UtcTime),  # orders made before move no stock; NULL: no opening stock chosen yet
    # how often the worker polls its orders; 0: they are only read each SYNC_INTERVAL
    Column("poll_interval_s", Integer, nullable=False, server_default=text("15")),
    Column("order_cursor", UtcTime),  # largest date_modified_gmt seen, the store's clock; NULL: never read
    Column("polled_at", UtcTime),  # start of the last complete reading of orders; NULL: none
    Column("key_refusals", Integer, nullable=False, server_default=text("0")),  # of the keys, in a row
    Column("failures_in_a_row", Integer, nullable=False, server_default=text("0")),  # of contact, in a row
    Column("last_error", Text),  # NULL: the last contact went well
    Column("next_call_at", UtcTime),  # no call before this; NULL: at any time
    Column("webhooks_checked_at", UtcTime),  # NULL: never
    Column("webhook_problems", Text),  # JSON list of sentences; NULL: not checked yet
    Index("ix_stores_site_id", "site_id", unique=True),
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
    Index("ix_failures_last", "last_at"),
)

# What happened in an hour, for the last days of a store at a glance.
store_hours = Table(
    "store_hours",
    metadata,
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    Column("hour", Integer, primary_key=True),  # since 1970, UTC
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('fine', 'late', 'failed')", name="state"),
        primary_key=True,
    ),
    sqlite_with_rowid=False,
)
