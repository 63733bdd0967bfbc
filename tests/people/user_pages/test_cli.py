"""The commands for users and tokens."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from writer.db import Database
from writer.db.schema.audit import audit_entries


def test_token_create_prints_the_token_alone(app: Flask, client: FlaskClient) -> None:
    result = app.test_cli_runner().invoke(args=["token", "create", "stock sheet", "--scope", "write"])

    assert result.exit_code == 0
    assert result.stdout.startswith("onerom_")
    assert result.stdout.count("\n") == 1
    headers = {"Authorization": f"Bearer {result.stdout.strip()}"}
    assert client.get("/api/nothing", headers=headers).status_code == 404


def test_a_name_in_use_is_an_error_on_standard_error(app: Flask) -> None:
    app.test_cli_runner().invoke(args=["token", "create", "till"])

    result = app.test_cli_runner().invoke(args=["token", "create", "till"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: There is a token named till already: revoke it first.\n"


def test_user_create_prints_a_password_that_must_be_changed(app: Flask, client: FlaskClient) -> None:
    result = app.test_cli_runner().invoke(args=["user", "create", "kim", "--role", "admin"])

    answer = client.post("/sign-in", data={"name": "kim", "password": result.stdout.strip()})
    assert answer.status_code == 303
    assert client.get("/sales").location in ("/password", None)
    assert client.get("/account").location == "/password"


def test_user_reset_password_lets_somebody_in_again_who_forgot_it(app: Flask, client: FlaskClient) -> None:
    result = app.test_cli_runner().invoke(args=["user", "reset-password", "ADA"])

    answer = client.post("/sign-in", data={"name": "ada", "password": result.stdout.strip()})
    assert answer.status_code == 303


def test_a_user_who_is_not_there_is_an_error(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["user", "reset-password", "nobody"])

    assert (result.exit_code, result.stderr) == (1, "Error: There is no user named nobody.\n")


def test_what_the_commands_do_is_on_record(app: Flask, database: Database) -> None:
    for args in (["token", "create", "till"], ["user", "create", "kim"], ["user", "reset-password", "kim"]):
        app.test_cli_runner().invoke(args=args)

    with database.reading() as db:
        rows = db.execute(select(audit_entries.c.actor, audit_entries.c.action)).all()
    assert [tuple(row) for row in rows] == [
        ("command line", "token.create"),
        ("command line", "user.create"),
        ("command line", "user.reset_password"),
    ]
