"""The door of the accounts room: who is asking, who may, and answers given once. For ways in alone."""

from writer.people.auth.access import Actor, actor, admin_only, guard, public, store_scope
from writer.people.auth.once import answer_once, send_once
from writer.people.auth.start import start

__all__ = [
    "Actor",
    "actor",
    "admin_only",
    "answer_once",
    "guard",
    "public",
    "send_once",
    "start",
    "store_scope",
]
