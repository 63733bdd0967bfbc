"""Who makes a request and what they may do. Only pages, APIs and commands use this room."""

from writer.people.auth.access import Actor, actor, admin_only, guard, hides_stores, public, store_scope
from writer.people.auth.once import answer_once, send_once
from writer.people.auth.start import start

__all__ = [
    "Actor",
    "actor",
    "admin_only",
    "answer_once",
    "guard",
    "hides_stores",
    "public",
    "send_once",
    "start",
    "store_scope",
]
