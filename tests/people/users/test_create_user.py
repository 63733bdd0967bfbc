"""Making a user through the interface of the room, as commands do."""

import pytest

from writer.db import Database
from writer.lib.errors import Conflict, Invalid
from writer.people import users


def test_making_a_user_by_the_door_checks_everything(database: Database) -> None:
    with database.transaction() as db:
        with pytest.raises(Invalid, match="at least 12"):
            users.create_user(db, "kim", "too short", "staff")
        with pytest.raises(Invalid, match="role"):
            users.create_user(db, "kim", "a good long password", "owner")
        with pytest.raises(Conflict, match="named ada"):
            users.create_user(db, "ADA", "a good long password", "staff")
