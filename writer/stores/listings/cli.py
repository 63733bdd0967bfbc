"""Commands: `flask --app writer.app stores list`, and `refresh-mappings [--store ID] [--list] [--stock]`."""

import sys
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Connection, Row

from writer.db import Database
from writer.lib.errors import NotFound
from writer.lib.store_scope import EVERYTHING
from writer.stores import registry
from writer.stores.listings import queries
from writer.stores.listings.refresh import Refreshed, refresh_all
from writer.stores.registry import Keyring

group = AppGroup("stores", help="The WooCommerce stores.")
groups = (group,)


@group.command("list")
def list_stores() -> None:
    """List the stores: number, short name, name, address, and what is matched there."""
    database: Database = current_app.extensions["database"]
    with database.reading() as db:
        for store in queries.list_summaries(db, EVERYTHING):
            state = store.push_state if store.consumer_key_encrypted else "no keys"
            matched = f"{store.matched} of {store.listed} matched"
            click.echo(
                f"{store.id}\t{store.site_id or '-'}\t{store.name}\t{store.source}\t{state}\t{matched}"
            )


@group.command("refresh-mappings")
@click.option("--store", "store_id", type=int, help="Only this store (its number).")
@click.option("--list", "shows_list", is_flag=True, help="Print every listing and the SKU it is matched to.")
@click.option("--stock", "shows_stock", is_flag=True, help="Print what each listing shows, beside our count.")
def refresh_mappings(store_id: int | None, shows_list: bool, shows_stock: bool) -> None:
    """Read all products and variations of the stores and match them to the stock list."""
    database: Database = current_app.extensions["database"]
    ring: Keyring = current_app.extensions["keyring"]
    with database.reading() as db:
        chosen = _chosen(db, store_id)
    results = refresh_all(database, ring.vault, chosen, _progress)
    if sys.stderr.isatty():
        click.echo("\r", err=True, nl=False)
    for done in results:
        click.echo(done.sentence)
    if shows_list or shows_stock:
        with database.reading() as db:
            for done in results:
                _print_listings(db, done.store_id, shows_stock)
    if any(done.error for done in results):
        raise SystemExit(1)
    if not results:
        click.echo("No store has REST keys.")


def _chosen(db: Connection, store_id: int | None) -> list[tuple[int, str]]:
    if store_id is None:
        return queries.with_keys(db, EVERYTHING)
    try:
        return [(store_id, registry.get(db, store_id).name)]
    except NotFound as error:
        raise click.ClickException(error.sentence) from error


def _progress(so_far: Refreshed) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{so_far.store_name}: {so_far.items} read ... ", err=True, nl=False)


def _print_listings(db: Connection, store_id: int, shows_stock: bool) -> None:
    for row in queries.walk(db, store_id):
        click.echo("\t".join(_cells(row, shows_stock)))


def _cells(row: Row[Any], shows_stock: bool) -> list[str]:
    number = f"{row.product_id}/{row.variation_id}" if row.variation_id else str(row.product_id)
    unmatched = "counted at the parent" if row.manage_stock == "parent" else "unmatched"
    cells = [number, row.sku or "-", row.our_sku or unmatched]
    if shows_stock:
        cells += [_units(row.shown_quantity), _units(row.on_hand)]
    return [*cells, row.name]


def _units(number: int | None) -> str:
    return "-" if number is None else str(number)
