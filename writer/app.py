"""The writer's application: config, database, rooms, errors. Reads like a table of contents."""

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from writer import accounts, docs, errors, frame, health, logs, security
from writer import config as configuration
from writer.accounts import api as accounts_api
from writer.accounts import pages as accounts_pages
from writer.admin import cli as admin_cli
from writer.admin import pages_tokens, pages_users
from writer.airtable import pages as airtable_pages
from writer.amend import api as amend_api
from writer.amend import pages as amend_pages
from writer.audit import pages as audit_pages
from writer.baseline import pages as baseline_pages
from writer.catalogue import pages as catalogue_pages
from writer.connect import pages as connect_pages
from writer.connect import seed
from writer.dashboard import pages as dashboard_pages
from writer.db import Database
from writer.deliveries import pages as deliveries_pages
from writer.deliveries import webhook_short
from writer.deliveries.webhook import ShortWay, webhook
from writer.erasure import pages as erasure_pages
from writer.listings import api as stores_api
from writer.listings import cli as listings_cli
from writer.listings import pages as listings_pages
from writer.orderbook import api as orders_api
from writer.orderbook import pages as orders_pages
from writer.orderbook import pages_list as orders_list
from writer.public import pages as public_pages
from writer.sales import api as sales_api
from writer.sales import pages as sales_pages
from writer.shelf import api as stock_api
from writer.shelf import pages as stock_pages
from writer.stocktake import pages as stock_take
from writer.stocktake import pages_csv as stock_csv
from writer.stores import Keyring, Vault
from writer.stores import pages as stores_pages
from writer.sync import api as sync_api
from writer.sync import pages as sync_pages
from writer.unmatched import pages as unmatched_pages
from writer.upkeep import api as push_api
from writer.upkeep import pages as push_pages

VERSION = "0.1.0"
PAGES = (
    health.bp,
    accounts_pages.bp,
    pages_users.bp,
    pages_tokens.bp,
    audit_pages.bp,
    sales_pages.bp,
    catalogue_pages.bp,
    stock_pages.bp,
    stock_take.bp,
    stock_csv.bp,
    public_pages.bp,
    dashboard_pages.bp,
    orders_list.bp,
    orders_pages.bp,
    unmatched_pages.bp,
    stores_pages.bp,
    push_pages.bp,
    deliveries_pages.bp,
    sync_pages.bp,
    erasure_pages.bp,
    amend_pages.bp,
    connect_pages.bp,
    listings_pages.bp,
    baseline_pages.bp,
    webhook,
    airtable_pages.bp,
    webhook_short.bp,
)
APIS = (
    accounts_api.bp,
    sales_api.bp,
    stock_api.bp,
    orders_api.bp,
    amend_api.bp,
    sync_api.bp,
    stores_api.bp,
    push_api.bp,
)
COMMANDS = (
    admin_cli.users,
    admin_cli.tokens,
    listings_cli.group,
)


def create_app(config: configuration.Config | None = None) -> OpenAPI:
    """Build the writer on `config`, or on the environment.

    Raises ConfigError with a sentence naming the setting that is missing or unusable.
    """
    config = config or configuration.load()
    about = Info(title="onerom-sales", version=VERSION, description=webhook_short.ABOUT)
    app = OpenAPI("writer", info=about, doc_ui=False)
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.max_delivery_bytes,
        ONEROM=config,
    )
    app.extensions["database"] = Database(config.database_url)
    app.extensions["keyring"] = Keyring(Vault(config.encryption_keys), config.webhook_shared_secret)
    # Before security, whose proxy then stands in front of it too.
    app.wsgi_app = ShortWay(app)  # type: ignore[method-assign]
    logs.start()
    logs.register(app)
    errors.register(app)
    security.register(app, config)
    frame.register(app)
    accounts.guard(app)
    docs.register(app)
    for api in APIS:
        app.register_api(api)
    for room in PAGES:
        app.register_blueprint(room)
    for command in COMMANDS:
        app.cli.add_command(command)
    accounts.start(app, config)
    seed.start(app, config)
    return app
