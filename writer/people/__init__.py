"""People: users and tokens, who is asking, what they did, what they must look at."""

from writer.people import audit, auth, notices
from writer.people.notices import Notice

__all__ = [
    "Notice",
    "audit",
    "auth",
    "notices",
]
