"""The addresses of all pages: every route that answers GET, with examples of what it is asked for."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Select, func, select
from werkzeug.routing import AnyConverter, Rule

from writer.db.schema.ledger import sales
from writer.db.schema.movements import movements, stock_documents
from writer.db.schema.order_import import sync_runs
from writer.db.schema.orders import order_lines, order_refunds, orders
from writer.db.schema.products import products
from writer.db.schema.stores import failures, stores
from writer.db.schema.users import api_tokens, users
from writer.db.schema.webhook_inbox import deliveries

NO_PAGES = (
    "/api/",
    "/webhooks/",
    "/static/",
    "/assets/",
    "/bootstrap/",
    "/docs/assets/",
    "/openapi.json",
    "/health",
)
# Of one route, but pages of their own.
VIEWS = (
    "/no-such-page",
    "/orders?q=hart",
    "/webhook-inbox?outcome=failed",
    "/orders?page=2",
    "/sales?page=2",
)


class NoExample(Exception):
    """A route asks for something that `examples` has none of."""


def pages(app: Flask, db: Connection, client: FlaskClient) -> list[str]:
    """Return the address of each page that `client` may open; what redirects or is a file is none.

    Raises NoExample where a route has an argument that is unknown here, or no example of it is there.
    """
    known = examples(db)
    found: dict[str, None] = dict.fromkeys(VIEWS)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(NO_PAGES):
            continue
        tried = list(_addresses(app, rule, known))
        answers = {address: client.get(address) for address in tried}
        if not any(answer.status_code < 400 for answer in answers.values()):
            raise NoExample(f"{rule.rule}: nothing is at {tried}.")
        found |= dict.fromkeys(
            address
            for address, answer in answers.items()
            # A part of a page, which a script takes, has no head.
            if answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text
        )
    return list(found)


def _addresses(app: Flask, rule: Rule, known: dict[str, list[object]]) -> Iterator[str]:
    choices = []
    for name in sorted(rule.arguments):
        converter = rule._converters[name]
        values: Iterable[object] = (
            converter.items if isinstance(converter, AnyConverter) else known.get(name, [])
        )
        if not values:
            raise NoExample(f"{rule.rule}: give an example of {name} in {__name__}.")
        choices.append([(name, value) for value in values])
    adapter = app.url_map.bind("localhost")
    for chosen in product(*choices):
        yield adapter.build(rule.endpoint, dict(chosen), method="GET", append_unknown=False)


def examples(db: Connection) -> dict[str, list[object]]:
    """Return what stands for each argument of a route: one of each kind that looks different."""
    latest = func.max(orders.c.id)
    unknown = select(order_lines.c.order_id).where(order_lines.c.model.is_(None))
    return {
        "order_id": [
            *_found(db, select(latest).where(orders.c.status == "processing")),
            *_found(db, select(latest).where(orders.c.status == "on-hold")),
            *_found(db, select(latest).where(orders.c.status == "refunded")),
            *_found(db, select(latest).where(orders.c.id.in_(select(order_refunds.c.order_id)))),
            *_found(db, select(latest).where(orders.c.id.in_(unknown))),
        ],
        "sale_id": _found(db, select(func.max(sales.c.id)).group_by(sales.c.source)),
        "stock_product_id": _found(
            db, select(products.c.id).where(products.c.sku.in_(("CASE-RED", "FIRE24")))
        ),
        "movement_id": _found(
            db, select(func.max(movements.c.id)).where(movements.c.kind.in_(("adjustment", "receipt")))
        ),
        "document_id": _found(db, select(func.max(stock_documents.c.id)).group_by(stock_documents.c.kind)),
        "email": _found(db, select(func.min(orders.c.customer_email))),
        "store_id": _found(db, select(stores.c.id)),
        "delivery_id": _found(db, select(func.max(deliveries.c.id)).group_by(deliveries.c.outcome)),
        "run_id": _found(db, select(func.max(sync_runs.c.id))),
        "failure_id": _found(db, select(func.max(failures.c.id))),
        "token_id": _found(db, select(func.max(api_tokens.c.id))),
        "user_id": _found(db, select(users.c.id)),
    }


def _found(db: Connection, query: Select[Any]) -> list[object]:
    return list(db.execute(query).scalars())
