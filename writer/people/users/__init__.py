"""Users, API tokens, the stores that each may see, and sign-ins."""

from writer.people.users.actions import (
    ROLES,
    change_password,
    checked_name,
    choose_theme,
    create_user,
    ensure_first_user,
    reset_password,
    set_active,
    set_role,
)
from writer.people.users.grants import Owner, grant, granted, hides_stores
from writer.people.users.queries import find_user, get_token, get_user, list_sign_ins
from writer.people.users.sign_ins import ACCESS_PREFIX, fingerprint
from writer.people.users.sign_ins import LASTS as SIGN_IN_LASTS
from writer.people.users.sign_ins import end as end_sign_in
from writer.people.users.sign_ins import end_all as end_sign_ins
from writer.people.users.sign_ins import find as find_sign_in
from writer.people.users.sign_ins import start as start_sign_in
from writer.people.users.tokens import SCOPES, find_token, make_token, revoke_token
from writer.people.users.tokens import note_use as note_token_use

__all__ = [
    "ACCESS_PREFIX",
    "ROLES",
    "SCOPES",
    "SIGN_IN_LASTS",
    "Owner",
    "change_password",
    "checked_name",
    "choose_theme",
    "create_user",
    "end_sign_in",
    "end_sign_ins",
    "ensure_first_user",
    "find_sign_in",
    "find_token",
    "find_user",
    "fingerprint",
    "get_token",
    "get_user",
    "grant",
    "granted",
    "hides_stores",
    "list_sign_ins",
    "make_token",
    "note_token_use",
    "reset_password",
    "revoke_token",
    "set_active",
    "set_role",
    "start_sign_in",
]
