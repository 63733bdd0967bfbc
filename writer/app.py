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
from writer.audit import pages as audit_pages
from writer.catalogue import pages as catalogue_pages
from writer.connect import pages as connect_pages
from writer.connect import pages_baseline, seed
from writer.dashboard import pages as dashboard_pages
from writer.db import Database
from writer.deliveries import pages as deliveries_pages
from writer.deliveries import webhook_short
from writer.deliveries.webhook import ShortWay, webhook
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
from writer.sync import api_orders, pages_orders
from writer.sync import pages as sync_pages
from writer.unmatched import pages as unmatched_pages
from writer.upkeep import api as push_api
from writer.upkeep import pages as push_pages

VERSION = "0.1.0"


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
    app.wsgi_app = ShortWay(app)  # type: ignore[method-assign]
    logs.start()
    logs.register(app)
    errors.register(app)
    security.register(app, config)
    frame.register(app)
    accounts.guard(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(accounts_pages.bp)
    app.register_blueprint(pages_users.bp)
    app.register_blueprint(pages_tokens.bp)
    app.register_blueprint(audit_pages.bp)
    docs.register(app)
    app.register_api(accounts_api.bp)
    app.register_api(sales_api.bp)
    app.register_api(stock_api.bp)
    app.register_api(orders_api.bp)
    app.register_api(api_orders.bp)
    app.register_api(sync_api.bp)
    app.register_api(stores_api.bp)
    app.register_api(push_api.bp)
    app.register_blueprint(sales_pages.bp)
    app.register_blueprint(catalogue_pages.bp)
    app.register_blueprint(stock_pages.bp)
    app.register_blueprint(stock_take.bp)
    app.register_blueprint(stock_csv.bp)
    app.register_blueprint(public_pages.bp)
    app.register_blueprint(dashboard_pages.bp)
    accounts.start(app, config)
    app.cli.add_command(admin_cli.users)
    app.cli.add_command(admin_cli.tokens)
    app.register_blueprint(orders_list.bp)
    app.register_blueprint(orders_pages.bp)
    app.register_blueprint(unmatched_pages.bp)
    app.register_blueprint(stores_pages.bp)
    app.register_blueprint(push_pages.bp)
    app.register_blueprint(deliveries_pages.bp)
    app.register_blueprint(sync_pages.bp)
    app.register_blueprint(pages_orders.bp)
    app.register_blueprint(connect_pages.bp)
    app.register_blueprint(listings_pages.bp)
    app.register_blueprint(pages_baseline.bp)
    app.cli.add_command(listings_cli.group)
    app.register_blueprint(webhook)
    app.register_blueprint(airtable_pages.bp)
    app.register_blueprint(webhook_short.bp)
    seed.start(app, config)
    return app
