"""The door of the accounts room: who is asking, who may, and answers given once. For ways in alone."""

from writer.accounts.access import Actor, actor, admin_only, guard, public, sight
from writer.accounts.once import answer_once, send_once
from writer.accounts.start import start

__all__ = [
    "Actor",
    "actor",
    "admin_only",
    "answer_once",
    "guard",
    "public",
    "send_once",
    "sight",
    "start",
]
