"""People: users and tokens, who is asking, what they did, what they must look at."""

from writer.people import audit, auth, notices

__all__ = [
    "audit",
    "auth",
    "notices",
]
