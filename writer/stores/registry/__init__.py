"""Stores: which there are, their keys and secrets, whether one may be called now, what failed there."""

from writer.stores.registry.condition import Condition, condition_sources, conditions
from writer.stores.registry.connection import (
    Keys,
    are_known,
    forgive,
    note_poll,
    note_webhooks,
    set_keys,
    set_way_in,
)
from writer.stores.registry.contact import NotNow, callable_stores, contact, why_not
from writer.stores.registry.failures import count_refused, note_refused
from writer.stores.registry.failures import drop_old as drop_old_failures
from writer.stores.registry.failures import end as end_failures
from writer.stores.registry.failures import give_up as give_up_failure
from writer.stores.registry.failures import note as note_failure
from writer.stores.registry.failures import note_store as note_store_failure
from writer.stores.registry.failures import retry_now as retry_failure
from writer.stores.registry.hours import Beat, heartbeats
from writer.stores.registry.hours import note as note_hour
from writer.stores.registry.jobs import Jobs, Progress, Unwell
from writer.stores.registry.moving import move, on_moved
from writer.stores.registry.overview import StoreCard, StoreHead, card_sources, head_of, tab_sources
from writer.stores.registry.pushing import (
    call_at_once,
    confirm_mass_change,
    hold_mass_change,
    pause,
    resume,
    set_rules,
    start_pushing,
    stop_pushing,
)
from writer.stores.registry.queries import list_stores, webhook_problems
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
    own_signers,
    register,
    secrets_of,
    set_secret,
    signer,
    source_of,
)
from writer.stores.registry.secrets import Vault
from writer.stores.registry.settings import on_switched_on

__all__ = [
    "Beat",
    "Condition",
    "Jobs",
    "Keyring",
    "Keys",
    "NotNow",
    "Progress",
    "StoreCard",
    "StoreHead",
    "Unwell",
    "Vault",
    "are_known",
    "call_at_once",
    "callable_stores",
    "card_sources",
    "channel",
    "condition_sources",
    "conditions",
    "confirm_mass_change",
    "contact",
    "count",
    "count_refused",
    "drop_old_failures",
    "end_failures",
    "find",
    "find_named",
    "forgive",
    "get",
    "give_up_failure",
    "head_of",
    "heartbeats",
    "hold_mass_change",
    "list_stores",
    "move",
    "normalised",
    "note_contact",
    "note_failure",
    "note_hour",
    "note_poll",
    "note_refused",
    "note_rejected",
    "note_store_failure",
    "note_webhooks",
    "on_moved",
    "on_switched_on",
    "only_one",
    "own_signers",
    "pause",
    "register",
    "resume",
    "retry_failure",
    "secrets_of",
    "set_keys",
    "set_rules",
    "set_secret",
    "set_way_in",
    "signer",
    "source_of",
    "start_pushing",
    "stop_pushing",
    "tab_sources",
    "webhook_problems",
    "why_not",
]
