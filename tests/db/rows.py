"""Rows as a shop had them at any revision: two stores, seven orders, a ledger, stock; and what they come to.

A row is written with those of its columns that there were at the revision.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

Row = dict[str, Any]

AT = "2026-01-05 09:00:00"
LATER = "2026-02-01 12:30:00"

USERS = [
    {"name": "ada", "password_hash": "x", "role": "admin", "created_at": AT},
    {"name": "sam", "password_hash": "x", "role": "staff", "created_at": AT},
]
STORES = [
    {"name": "Kiln", "source": "kiln.example", "created_at": AT, "push_state": "on", "polled_at": LATER},
    {"name": "Wheel", "source": "wheel.example", "created_at": AT, "paid_statuses": "shipped"},
]


def order(
    number: int, store_id: int, status: str, created_at: str, money: tuple[str, int], **more: Any
) -> Row:
    """An order; `money` is its currency and total."""
    currency, total = money
    return {
        "store_id": store_id,
        "external_id": str(number),
        "number": str(number),
        "status": status,
        "created_at": created_at,
        "version": created_at,
        "digest": "d",
        "currency": currency,
        "total_minor": total,
        "recorded_at": LATER,
        "synced_at": LATER,
        "net_minor": 0,
        "units": 0,
        **more,
    }


ADA = {"customer_name": "Ada Lovelace", "customer_email": "ada@example.test"}
ADA |= {"customer_key": "ada lovelace", "customer_turned": "lovelace ada"}
ORDERS = [
    order(
        1001,
        1,
        "processing",
        AT,
        ("GBP", 2400),
        refunded_minor=400,
        net_minor=2000,
        units=2,
        counted_at=AT,
        **ADA,
    ),
    order(1002, 1, "completed", "2026-01-05 23:59:59.500000", ("GBP", 1200), net_minor=1200, units=1),
    order(1003, 1, "cancelled", "2026-01-06 00:00:00", ("GBP", 900)),
    order(2001, 2, "completed", LATER, ("JPY", 5000), net_minor=5000, units=4, counted_at=LATER),
    order(2002, 2, "on-hold", "2025-12-31 23:00:00", ("EUR", 100), needs_reading="a refund", missed=1),
    order(2003, 2, "trash", LATER, ("EUR", 300), is_trashed=True, parent_external_id="2002"),
    # It left the cache, which was possible from revision 0009 on.
    order(1004, 1, "completed", "2025-11-01 10:00:00", ("GBP", 700), net_minor=700, units=1, is_cached=False),
]


def line(order_id: int, sku: str, quantity: int, sold: int, kind: tuple[str | None, str | None]) -> Row:
    """A line, of which `sold` units are posted and taken out of stock."""
    model, variant = kind
    return {
        "order_id": order_id,
        "external_id": "1",
        "product_id": 10,
        "variation_id": 0,
        "sku": sku,
        "sku_key": sku.lower(),
        "name": sku,
        "quantity": quantity,
        "total_minor": 100,
        "model": model,
        "variant": variant,
        "sold_due": sold,
        "sold": sold,
    }


LINES = [
    line(1, "FIRE24", 2, 2, ("Fire", "24pin")),
    line(2, "ICE28", 1, 1, ("Ice", "28pin")),
    line(3, "FIRE24", 3, 0, ("Fire", "24pin")),
    line(4, "FIRE24", 4, 4, ("Fire", "24pin")),
    line(5, "GIFT", 1, 0, (None, None)),
    line(6, "FIRE24", 5, 0, ("Fire", "24pin")),
    line(7, "ICE24", 1, 1, ("Ice", "24pin")),
]


def sale(model: str, variant: str, quantity: int, at: str, **more: Any) -> Row:
    """A row of the ledger."""
    return {"model": model, "variant": variant, "quantity": quantity, "date_added": at, **more}


SALES = [
    sale("Fire", "24pin", 2, AT, source="order", order_line_id=1, store_id=1),
    sale("Ice", "28pin", 1, "2026-01-05 23:59:59.500000", source="order", order_line_id=2, store_id=1),
    sale("Fire", "24pin", 4, LATER, source="order", order_line_id=4, store_id=2),
    sale("Ice", "24pin", 1, "2025-11-01 10:00:00", source="order", order_line_id=7, store_id=1),
    sale("Fire", "28pin", 10, "2026-01-07 10:00:00", source="form", seller="ada", notes="at the fair"),
    sale("Fire", "28pin", -1, "2026-01-08 10:00:00", source="api"),
]


def movement(product_id: int, version: int, quantity: int, on_hand: int, **more: Any) -> Row:
    """A movement of a counted product."""
    return {
        "stock_product_id": product_id,
        "version": version,
        "quantity": quantity,
        "on_hand_after": on_hand,
        "kind": "sale",
        "at": AT,
        "recorded_at": AT,
        "actor": "ada",
        **more,
    }


# In the order of their foreign keys.
ROWS: dict[str, list[Row]] = {
    "users": USERS,
    "api_tokens": [
        {"name": "till", "token_hash": "h", "scope": "write", "created_by": "ada", "created_at": AT}
    ],
    "audit_entries": [{"at": AT, "actor": "ada", "action": "store.add", "subject": "store 1", "after": "{}"}],
    "notices": [
        {
            "kind": "store",
            "subject": "store 1",
            "sentence": "Kiln is silent.",
            "times": 2,
            "first_at": AT,
            "last_at": LATER,
        }
    ],
    "stores": STORES,
    "store_secrets": [{"store_id": 1, "secret_encrypted": "locked", "created_at": AT}],
    "orders": ORDERS,
    "order_lines": LINES,
    "order_refunds": [{"order_id": 1, "external_id": "9", "reason": "chipped", "total_minor": 400}],
    "order_events": [
        {"order_id": 1, "at": AT, "cause": "delivery 1", "status": "processing", "sentence": "2 units sold."}
    ],
    "deliveries": [
        {
            "store_id": 1,
            "source": "kiln.example",
            "topic": "order.created",
            "received_at": AT,
            "body": b'{"id": 1001}',
            "order_external_id": "1001",
            "order_id": 1,
            "outcome": "recorded",
            "sentence": "Recorded.",
        }
    ],
    "sales": SALES,
    "sku_rules": [{"prefix": "mug", "model": "Fire", "variant": "24pin"}],
    "ignored_skus": [{"sku": "bag", "added_at": AT}],
    "products": [
        {"sku": "FIRE24", "sku_key": "fire24", "on_hand": 50, "version": 4, "counted_from": AT},
        {"sku": "ICE28", "sku_key": "ice28", "on_hand": 7, "set_aside": 2, "counted_from": AT, "version": 2},
    ],
    "movements": [
        movement(1, 2, 56, 56, kind="receipt"),
        movement(1, 3, -2, 54, order_line_id=1, store_id=1),
        movement(1, 4, -4, 50, order_line_id=4, store_id=2, at=LATER),
        movement(2, 2, 7, 7, kind="stock take"),
    ],
    "listings": [
        {
            "store_id": 1,
            "product_id": 10,
            "sku": "FIRE24",
            "stock_product_id": 1,
            "shown": 50,
            "pushed": 50,
            "pushed_version": 4,
            "pushed_at": LATER,
            "agreed_at": LATER,
        },
        {"store_id": 2, "product_id": 10, "sku": "FIRE24", "is_gone": True},
    ],
    "failures": [
        {
            "store_id": 1,
            "listing_id": 1,
            "what": "push stock",
            "sentence": "FIRE24: refused",
            "times": 1,
            "first_at": AT,
            "last_at": AT,
        }
    ],
    "drifts": [{"listing_id": 1, "at": AT, "ours": 50, "theirs": 49, "policy": "ask", "action": "asked"}],
    "airtable_state": [{"id": 1, "last_movement_id": 3}],
    "airtable_lines": [{"stock_product_id": 1, "version": 4, "sold_7": 2, "sold_30": 6}],
    "store_grants": [{"user_id": 2, "store_id": 1}],
    "sync_runs": [{"started_by": "cron", "started_at": AT, "ended_at": AT}],
    "sync_run_stores": [{"run_id": 1, "store_id": 1, "state": "done", "seen": 4, "created": 4}],
}


def fill(url: str) -> None:
    """Write the rows into a database of any revision."""
    engine = create_engine(url)
    with engine.begin() as db:
        tables = set(inspect(db).get_table_names())
        for table, rows in ROWS.items():
            if table in tables:
                known = {str(column["name"]) for column in inspect(db).get_columns(table)}
                for row in rows:
                    _insert(db, table, {name: value for name, value in row.items() if name in known})
    engine.dispose()


def _insert(db: Connection, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    db.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def contents(url: str) -> dict[str, list[Row]]:
    """Return every row of every table, by its primary key."""
    engine = create_engine(url)
    with engine.connect() as db:
        found = {
            table: [
                {name: _plain(value) for name, value in row._mapping.items()}
                for row in db.execute(text(f"SELECT * FROM {table}"))
            ]
            for table in inspect(db).get_table_names()
        }
    engine.dispose()
    return found


def _plain(value: Any) -> Any:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value
