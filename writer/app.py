"""The writer's application: settings, database, rooms, errors."""

from importlib import import_module
from typing import Any

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from writer import config as configuration
from writer import wiring
from writer.db import Database
from writer.lib import logs
from writer.people import auth
from writer.stores import Keyring, Vault
from writer.stores.connect import seed
from writer.sync.webhook_inbox import webhook_short
from writer.web import assets, compression, errors, kit, layout, moved, openapi, request_log, security

VERSION = "0.2.0"
# Each has a `bp`, its blueprint.
PAGES = (
    "web.search",
    "web.shortcuts",
    "ops.health",
    "people.auth.pages",
    "people.user_pages.pages_users",
    "people.user_pages.pages_tokens",
    "people.audit.pages",
    "people.settings.pages",
    "people.notices.pages",
    "stock.levels.pages",
    "stock.stocktake.pages",
    "stock.stocktake.pages_count",
    "stock.stocktake.pages_csv",
    "stock.stocktake.pages_receive",
    "sales.ledger.pages_new",
    "sales.ledger.pages_total",
    "sales.ledger.pages",
    "sales.product_types.pages",
    "sales.public_page.pages",
    "orders.browse.pages_list",
    "orders.browse.pages",
    "orders.saved_views.pages",
    "orders.to_sort.pages",
    "orders.to_sort.pages_rules",
    "orders.customers.pages",
    "orders.packing_slips.pages",
    "orders.refunds.pages",
    "stores.registry.pages",
    "stores.connect.pages",
    "stores.connect.pages_keys",
    "stores.listings.pages",
    "stores.opening_stock.pages",
    "sync.webhook_inbox.webhook",
    "sync.webhook_inbox.webhook_short",
    "sync.webhook_inbox.pages",
    "sync.order_import.pages",
    "sync.order_edit.pages",
    "sync.order_edit.pages_shipping",
    "sync.differences.pages",
    "sync.stock_sync.pages",
    "sync.activity.pages",
    "reports.home.pages",
    "reports.revenue.pages",
    "reports.airtable.pages",
)
APIS = (
    "people.auth.api",
    "sales.ledger.api",
    "stock.levels.api",
    "orders.browse.api",
    "sync.order_edit.api",
    "sync.order_import.api",
    "stores.listings.api",
    "stores.connect.api",
    "sync.stock_sync.api",
)
# Each has `groups`, of commands for `flask --app writer.app`.
COMMANDS = ("people.user_pages.cli", "stores.listings.cli")


def create_app(config: configuration.Config | None = None) -> OpenAPI:
    """Build the writer with `config`, or with the settings of the environment.

    Raises ConfigError with a sentence naming the setting that is missing or unusable.
    """
    config = config or configuration.load()
    logs.start(config.log_level)
    wiring.wire(config)
    about = Info(title="onerom-sales", version=VERSION, description=openapi.ABOUT + webhook_short.ABOUT)
    app = OpenAPI("writer", info=about, doc_ui=False, template_folder="web/templates", static_folder=None)
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_delivery_bytes,
        ONEROM=config,
    )
    app.extensions["database"] = Database.of(config)
    app.extensions["keyring"] = Keyring(Vault(config.encryption_keys), config.webhook_shared_secret)
    request_log.register(app)
    errors.register(app)
    security.register(app, config)
    assets.register(app)
    compression.register(app)
    layout.register(app, config)
    moved.register(app)
    auth.guard(app)
    openapi.register(app)
    for room in APIS:
        app.register_api(_of(room).bp)
    for room in PAGES:
        app.register_blueprint(_of(room).bp)
    if config.shows_kit:
        app.register_blueprint(kit.bp)
    for room in COMMANDS:
        for group in _of(room).groups:
            app.cli.add_command(group)
    auth.start(app, config)
    seed.start(app, config)
    return app


def _of(room: str) -> Any:
    return import_module(f"writer.{room}")
