"""Commands: `flask --app writer.app token create NAME`, `user create NAME`, `user reset-password NAME`.

Standard output holds nothing but the new token or password, so that a script can store it in a variable.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy import Connection

from writer.db import transaction
from writer.lib.errors import DomainError, NotFound
from writer.people import users
from writer.people.users import passwords

BY = "command line"
user_group = AppGroup("user", help="People who may sign in.")
token_group = AppGroup("token", help="Tokens for programs.")
groups = (user_group, token_group)


@contextmanager
def _change() -> Iterator[Connection]:
    try:
        with transaction() as db:
            yield db
    except DomainError as error:
        raise click.ClickException(error.sentence) from error


@token_group.command("create")
@click.argument("name")
@click.option("--scope", type=click.Choice(users.SCOPES), default="read", show_default=True)
def create_token(name: str, scope: str) -> None:
    """Make an API token and print it: it is not shown again."""
    with _change() as db:
        token = users.make_token(db, name, scope, BY)
    click.echo(token)


@user_group.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(users.ROLES), default="staff", show_default=True)
def create_user(name: str, role: str) -> None:
    """Add a user and print the password, which must be changed at the first sign-in."""
    temporary = passwords.temporary()
    with _change() as db:
        users.create_user(db, name, temporary, role, must_change=True, by=BY)
    click.echo(temporary)


@user_group.command("reset-password")
@click.argument("name")
def reset_password(name: str) -> None:
    """Print a new password for a user, which must be changed at the next sign-in."""
    temporary = passwords.temporary()
    temporary_hash = passwords.hashed(temporary)
    with _change() as db:
        user = users.find_user(db, name)
        if user is None:
            raise NotFound(f"There is no user named {name}.")
        users.reset_password(db, BY, user.id, temporary_hash)
    click.echo(temporary)
