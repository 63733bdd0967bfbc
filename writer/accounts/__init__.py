"""The door of the accounts room: who is asking, who may, and answers given once. For ways in alone."""

from writer.accounts.access import Actor, actor, admin_only, guard, public, sight
from writer.accounts.actions import create_user
from writer.accounts.once import answer_once, send_once
from writer.accounts.sign_ins import LASTS as SIGN_IN_LASTS
from writer.accounts.start import start
from writer.accounts.tokens import make_token

__all__ = [
    "SIGN_IN_LASTS",
    "Actor",
    "actor",
    "admin_only",
    "answer_once",
    "create_user",
    "guard",
    "make_token",
    "public",
    "send_once",
    "sight",
    "start",
]
