"""Two people take the same thing back at once: it is taken back once."""

import threading

import pytest

from tests.stock.movements.products import make_product, moves, on_hand
from writer.db import Database
from writer.lib.errors import Conflict
from writer.stock import movements

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("of", ["receipt", "adjustment"])
def test_what_two_take_back_at_once_is_taken_back_once(database: Database, of: str) -> None:
    row = make_product(database)
    with database.transaction() as db:
        if of == "receipt":
            movements.receive(db, "ada", [(row, 5)])
        else:
            movements.adjust(db, "ada", row, 5, "found")
    together, answers = threading.Barrier(4), list[str]()

    def take_back() -> None:
        together.wait()
        try:
            with database.transaction() as db:
                movements.take_back_movement(db, "ada", 2)
            answers.append("done")
        except Conflict:
            answers.append("refused")

    threads = [threading.Thread(target=take_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["done", "refused", "refused", "refused"]
    assert (moves(database), on_hand(database)) == ([5, -5], 10)
