"""Stores: which there are, their keys and secrets, whether one may be called now, what failed there."""

from writer.stores.registry.condition import Condition, condition
from writer.stores.registry.contact import NotNow, callable_stores, contact, why_not
from writer.stores.registry.failures import drop_old as drop_old_failures
from writer.stores.registry.failures import end as end_failures
from writer.stores.registry.failures import give_up as give_up_failure
from writer.stores.registry.failures import go_on, note_refused, note_success
from writer.stores.registry.failures import note as note_failure
from writer.stores.registry.failures import note_store as note_store_failure
from writer.stores.registry.failures import retry_now as retry_failure
from writer.stores.registry.jobs import Jobs, Tell, Unwell
from writer.stores.registry.queries import MAX_ID, doctor_says, known_id, list_stores
from writer.stores.registry.registry import (
    Keyring,
    channel,
    count,
    find,
    find_named,
    get,
    normalised,
    note_contact,
    note_rejected,
    only_one,
    register,
    save,
    secrets_of,
    set_secret,
    signer,
    source_of,
)
from writer.stores.registry.secrets import Vault
from writer.stores.registry.settings import on_switched_on

__all__ = [
    "MAX_ID",
    "Condition",
    "Jobs",
    "Keyring",
    "NotNow",
    "Tell",
    "Unwell",
    "Vault",
    "callable_stores",
    "channel",
    "condition",
    "contact",
    "count",
    "doctor_says",
    "drop_old_failures",
    "end_failures",
    "find",
    "find_named",
    "get",
    "give_up_failure",
    "go_on",
    "known_id",
    "list_stores",
    "normalised",
    "note_contact",
    "note_failure",
    "note_refused",
    "note_rejected",
    "note_store_failure",
    "note_success",
    "on_switched_on",
    "only_one",
    "register",
    "retry_failure",
    "save",
    "secrets_of",
    "set_secret",
    "signer",
    "source_of",
    "why_not",
]
