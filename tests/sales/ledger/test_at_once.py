"""Two people restore the same sale at once: it is restored once."""

import threading

import pytest

from writer import stock
from writer.db import Database
from writer.lib.errors import Conflict
from writer.lib.store_scope import EVERYTHING
from writer.sales.ledger import actions

pytestmark = pytest.mark.postgres


def test_what_two_restore_at_once_is_restored_once(database: Database) -> None:
    with database.transaction() as db:
        stock.add_product(db, "ada", "FIRE24", 10)
        given = {"model": "Fire", "variant": "24pin", "quantity": 2, "seller": "fair", "sku": "FIRE24"}
        sale_id = actions.add(db, "ada", "form", given)
        actions.remove(db, EVERYTHING, "ada", sale_id)
    together, answers = threading.Barrier(4), list[str]()

    def restore() -> None:
        together.wait()
        try:
            with database.transaction() as db:
                actions.restore(db, EVERYTHING, "ada", sale_id)
            answers.append("done")
        except Conflict:
            answers.append("refused")

    threads = [threading.Thread(target=restore) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["done", "refused", "refused", "refused"]
    with database.reading() as db:
        assert stock.find(db, "FIRE24").on_hand == 8  # type: ignore[union-attr]
