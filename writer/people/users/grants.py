"""Which stores a staff user or a token may see. Admins see every store without a row here."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select

from writer.db import lock
from writer.db.schema.stores import stores
from writer.db.schema.users import store_grants
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.people import audit
from writer.people.users import queries


@dataclass(frozen=True)
class Owner:
    """The owner of grants: exactly one of the two is set."""

    user_id: int | None = None
    token_id: int | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.token_id is None):
            raise ValueError("grants are a user's or a token's")

    @property
    def rows(self) -> ColumnElement[bool]:
        """Return the condition that selects this owner's grants."""
        if self.user_id is not None:
            return store_grants.c.user_id == self.user_id
        return store_grants.c.token_id == self.token_id


def granted(db: Connection, owner: Owner) -> StoreScope:
    """Return the stores granted to a user or a token, whatever the user's role."""
    found = select(store_grants.c.store_id).where(owner.rows)
    return StoreScope(frozenset(db.execute(found).scalars()))


def hides_stores(db: Connection, store_scope: StoreScope) -> bool:
    """Tell whether there are stores outside `store_scope`, so that what is theirs is left out of a list."""
    if store_scope.is_all:
        return False
    return bool(db.execute(select(exists().where(~store_scope.of(stores.c.id)))).scalar())


def grant(db: Connection, actor: str, owner: Owner, store_ids: Iterable[int]) -> None:
    """Grant exactly these stores to the user or token, from the next request on.

    Raises NotFound if there is no such user or valid token, Invalid naming `stores` if there is no such
    store.
    """
    wanted = frozenset(store_ids)
    subject = _subject(db, owner)
    lock(db, "store grants")
    _check_known(db, wanted)
    before = granted(db, owner).store_ids or frozenset()
    if wanted == before:
        return
    db.execute(delete(store_grants).where(owner.rows, store_grants.c.store_id.in_(sorted(before - wanted))))
    fresh = [
        {"user_id": owner.user_id, "token_id": owner.token_id, "store_id": store_id}
        for store_id in sorted(wanted - before)
    ]
    if fresh:
        db.execute(insert(store_grants), fresh)
    was, now = {"stores": sorted(before)}, {"stores": sorted(wanted)}
    audit.note(db, actor, f"{subject.split()[0]}.grant", subject, was, now)


def _subject(db: Connection, owner: Owner) -> str:
    if owner.user_id is not None:
        return f"user {queries.get_user(db, owner.user_id).name}"
    assert owner.token_id is not None
    return f"token {queries.get_token(db, owner.token_id).name}"


def _check_known(db: Connection, wanted: frozenset[int]) -> None:
    known = set(db.execute(select(stores.c.id).where(stores.c.id.in_(sorted(wanted)))).scalars())
    if wanted - known:
        unknown = ", ".join(str(store_id) for store_id in sorted(wanted - known))
        raise Invalid("There is no such store.", {"stores": f"unknown: {unknown}"})
