"""People: users, API tokens, sign-in, the audit trail and notices."""

from writer.people import audit, auth, notices
from writer.people.notices import Notice

__all__ = [
    "Notice",
    "audit",
    "auth",
    "notices",
]
