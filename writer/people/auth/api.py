"""Sign-in by API, below /api/v1/auth: an access token with a person's own rights for an hour."""

from typing import Annotated, Any

from flask import request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field, JsonValue

from writer.db import transaction
from writer.lib.errors import Conflict, Forbidden, RateLimited, Unauthorized
from writer.people import users
from writer.people.auth import entry, throttle
from writer.people.auth.access import actor, public
from writer.people.users.passwords import LONGEST
from writer.web.api_types import Answer, Body
from writer.web.openapi import PROBLEMS, check_body, problems

bp = APIBlueprint(
    "auth_api",
    __name__,
    url_prefix="/api/v1/auth",
    abp_tags=[Tag(name="Sign in", description="An access token for an hour, with a person's own rights.")],
    abp_responses={**PROBLEMS, **problems("rate_limited")},
)
bp.before_request(check_body)
_EXAMPLE: dict[str, JsonValue] = {"username": "ada", "password": "correct horse battery"}


class Login(Body):
    """The user who signs in."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    username: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Access(Answer):
    """An access token, to be sent as `Authorization: Bearer <access_token>`."""

    access_token: str
    token_type: str = Field(json_schema_extra={"example": "bearer"})
    expires_in: int = Field(description="Seconds.", json_schema_extra={"example": 3600})


class LoggedOut(Answer):
    """The access token has ended."""

    status: str = Field(json_schema_extra={"example": "ok"})


@bp.post("/login", responses={"200": Access}, security=[])
@public
def login(body: Login) -> dict[str, Any]:
    """Sign in for an hour.

    After five wrong tries each further try has to wait, as on the page. A user who must change the password
    has to do that on the page first.
    """
    address = request.remote_addr or ""
    user, wait_s = entry.check(body.username, body.password)
    if wait_s:
        raise RateLimited(entry.refusal(wait_s), wait_s)
    if user is None:
        raise Unauthorized(entry.refusal(0))
    with transaction() as db:
        throttle.forget(db, user.name, address)
        if not user.must_change_password:
            token = users.start_sign_in(db, user.id, address, request.user_agent.string, "access")
    if user.must_change_password:
        raise Forbidden("Change your password first, on the page /password.")
    seconds = int(users.SIGN_IN_LASTS["access"].total_seconds())
    return Access.model_construct(access_token=token, token_type="bearer", expires_in=seconds).as_json()


@bp.post("/logout", responses={"200": LoggedOut}, security=[{"token": []}])
def logout() -> dict[str, Any]:
    """End the access token of this request; other kinds of token cannot be ended here."""
    if actor().via != "access":
        raise Conflict("Only an access token from /api/v1/auth/login can be ended here.")
    token = request.headers["Authorization"].partition(" ")[2].strip()
    with transaction() as db:
        users.end_sign_in(db, token)
    return LoggedOut.model_construct(status="ok").as_json()
