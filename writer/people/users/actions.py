"""Changes to users: create, role, active or not, password. Nothing here commits."""

import re

from sqlalchemy import Connection, func, select, update

from writer.db import Database, insert_row, lock, update_row
from writer.db.schema.users import users
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.people import audit
from writer.people.users import passwords, sign_ins
from writer.people.users.queries import get_user

ROLES = ("admin", "staff")
THEMES = ("light", "dark")
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,59}")


def create_user(
    db: Connection, name: str, password: str, role: str, must_change: bool = False, by: str = "system"
) -> int:
    """Store an active user and return the id; the name is case-folded.

    `must_change`: the first sign-in reaches only the page that changes the password. Raises Invalid for a bad
    name, role or password (12 to 200 characters, not the name), Conflict if the name is taken.
    """
    name = checked_name(name)
    passwords.check_new(password, name)
    return insert_user(db, name, passwords.hashed(password), role, must_change, by)


def checked_name(name: str) -> str:
    """Return the name as it is stored. Raises Invalid if it cannot be a name."""
    folded = name.strip().casefold()
    if not _NAME.fullmatch(folded):
        sentence = "A name is 1 to 60 letters a-z, digits or . _ @ - and starts with a letter or digit."
        raise Invalid(sentence, {"name": sentence})
    return folded


def insert_user(db: Connection, name: str, password_hash: str, role: str, must_change: bool, by: str) -> int:
    """Store a user whose name and password were checked. Raises Invalid and Conflict as create_user."""
    if role not in ROLES:
        raise Invalid("The role must be admin or staff.", {"role": "admin or staff"})
    lock(db, "users")
    if db.execute(select(users.c.id).where(users.c.name == name)).first() is not None:
        raise Conflict(f"There is a user named {name} already.", {"name": "is in use"})
    user_id = insert_row(
        db,
        users,
        name=name,
        password_hash=password_hash,
        role=role,
        must_change_password=must_change,
        created_at=clock.now(),
    )
    audit.note(db, by, "user.create", f"user {name}", None, {"name": name, "role": role})
    return user_id


def change_password(db: Connection, user_id: int, new_hash: str, sign_in: str) -> None:
    """Store the hash of a user's own new password and end every sign-in but the current one (its token)."""
    row = get_user(db, user_id)
    changed = update(users).where(users.c.id == user_id)
    db.execute(changed.values(password_hash=new_hash, must_change_password=False))
    sign_ins.end_all(db, user_id, but=sign_in)
    audit.note(db, row.name, "user.change_password", f"user {row.name}", None, None)


def choose_theme(db: Connection, user_id: int, theme: str | None) -> None:
    """Keep the look that a user chose: "light", "dark", or None, as the system. Raises Invalid."""
    if theme not in (None, *THEMES):
        raise Invalid("The look must be light, dark, or as the system.", {"theme": "light or dark"})
    db.execute(update(users).where(users.c.id == user_id).values(theme=theme))


def reset_password(db: Connection, actor: str, user_id: int, temporary_hash: str) -> None:
    """Store the hash of a temporary password, which must be changed at sign-in; end all sign-ins."""
    row = get_user(db, user_id)
    changed = update(users).where(users.c.id == user_id)
    db.execute(changed.values(password_hash=temporary_hash, must_change_password=True))
    sign_ins.end_all(db, user_id)
    audit.note(db, actor, "user.reset_password", f"user {row.name}", None, None)


def set_role(db: Connection, actor: str, user_id: int, role: str) -> None:
    """Give a user another role. Raises Conflict if no active admin would be left."""
    if role not in ROLES:
        raise Invalid("The role must be admin or staff.", {"role": "admin or staff"})
    lock(db, "users")
    row = get_user(db, user_id)
    if row.role == role:
        return
    update_row(db, users, user_id, role=role)
    _refuse_without_admin(db)
    audit.note(db, actor, "user.set_role", f"user {row.name}", {"role": row.role}, {"role": role})


def set_active(db: Connection, actor: str, user_id: int, is_active: bool) -> None:
    """Activate a user, or deactivate the user and end all sign-ins. Raises Conflict as set_role."""
    lock(db, "users")
    row = get_user(db, user_id)
    if row.is_active == is_active:
        return
    update_row(db, users, user_id, is_active=is_active)
    _refuse_without_admin(db)
    if not is_active:
        sign_ins.end_all(db, user_id)
    was, now = {"is_active": row.is_active}, {"is_active": is_active}
    audit.note(db, actor, "user.set_active", f"user {row.name}", was, now)


def _refuse_without_admin(db: Connection) -> None:
    admins = select(func.count()).select_from(users).where(users.c.role == "admin", users.c.is_active)
    if db.execute(admins).scalar_one() == 0:
        raise Conflict("This is the last active admin: make somebody else an admin first.")


def ensure_first_user(database: Database, name: str | None, password: str | None) -> None:
    """Make the first user if there is none: the given admin, or admin/admin, whose password must be changed.

    Safe in several processes at once. Passwords of existing users are never changed.
    """
    with database.reading() as db:
        if _is_somebody_there(db):
            return
    first = checked_name(name) if name else "admin"
    first_hash = passwords.hashed(password or "admin")
    with database.transaction() as db:
        lock(db, "users")
        if not _is_somebody_there(db):
            insert_user(db, first, first_hash, "admin", must_change=name is None, by="system")


def _is_somebody_there(db: Connection) -> bool:
    return db.execute(select(users.c.id).limit(1)).first() is not None
