"""The stock list as CSV: out into a spreadsheet, and back after a look at what it would change."""

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page import data_values, field_errors, flashed
from tests.stock.levels.test_pages import text_of
from tests.stock.movements.products import make_product, moves, on_hand, product
from tests.stock.stocktake.test_pages_count import hidden_fields, minute
from writer.db import Database
from writer.stock import movements, products

HEAD = "sku,name,reorder_point,reserved,allows_backorders,is_active,counted"


def send(admin: FlaskClient, content: str | bytes, at: str | None = None) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    form = {"at": at or minute(), "file": (io.BytesIO(data), "stock.csv")}
    return admin.post("/stocktake/csv", data=form, content_type="multipart/form-data")


def save(admin: FlaskClient, preview: TestResponse) -> TestResponse:
    shown = {name: unescape(value) for name, value in hidden_fields(preview.text).items()}
    return admin.post("/stocktake/csv/save", data=shown, follow_redirects=True)


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_list_goes_out_with_an_empty_column_to_count_in(admin: FlaskClient, database: Database) -> None:
    row = make_product(database, name="A box", set_aside=2, reorder_point=3)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 1)

    answer = admin.get("/stock.csv")

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=stock-")
    assert answer.data.startswith(b"\xef\xbb\xbfsku,")
    wanted = {"sku": "X", "name": "A box", "reserved": "2", "on_hand": "9", "available": "7", "counted": ""}
    assert {name: rows_of(answer)[0][name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "'=1", "'quoted'", 'a "b", c;d']
)
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(
    admin: FlaskClient, database: Database, name: str
) -> None:
    make_product(database, name, name=name)

    sheet = admin.get("/stock.csv").data
    preview = send(admin, sheet)

    cells = next(csv.reader(io.StringIO(sheet.decode().splitlines()[1])))
    assert not any(cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in cells)
    assert data_values(preview.text, "plan") == ["0 0 1"]


def test_a_long_list_goes_out_in_pieces(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("writer.stock.stocktake.sheet._CHUNK", 2)
    for sku in ("e", "D", "c", "B", "a"):
        make_product(database, sku)

    assert [row["sku"] for row in rows_of(admin.get("/stock.csv"))] == ["a", "B", "c", "D", "e"]


def test_each_change_is_shown_before_anything_is_written(admin: FlaskClient, database: Database) -> None:
    make_product(database, name="A box", reorder_point=5)
    make_product(database, "Y")

    page = send(admin, f"{HEAD}\nx,A crate,-,,,no,8\ny,,,0,no,yes,10\nZ,New,3,,,,4\n").text

    said = text_of(page)
    assert "1 new, 1 changed, 1 unchanged." in said
    changed = "X 2 name: A box A crate , reorder_point: 5 none , is_active: yes no 10 8"
    assert f"{changed} \N{MINUS SIGN}2" in said
    assert "Z New 4 name: New , reorder_point: 3 – 4 +4" in said  # noqa: RUF001
    assert (product(database).name, on_hand(database)) == ("A box", 10)


def test_what_was_shown_is_written(admin: FlaskClient, database: Database) -> None:
    make_product(database, name="A box", reorder_point=5)

    answer = save(admin, send(admin, f"{HEAD}\nx,A crate,-,2,yes,,8\nZ,New,3,,,no,4\n"))

    assert flashed(answer.text) == ["success"]
    changed, added = product(database), product(database, "Z")
    assert (changed.name, changed.reorder_point, changed.set_aside) == ("A crate", None, 2)
    assert (bool(changed.allows_backorders), on_hand(database)) == (True, 8)
    assert (added.name, added.on_hand, bool(added.is_active)) == ("New", 4, False)


def test_a_file_written_twice_changes_nothing_the_second_time(admin: FlaskClient, database: Database) -> None:
    make_product(database)
    preview = send(admin, "sku,counted\nX,8\nZ,4\n")

    save(admin, preview)
    again = save(admin, preview)

    assert (again.status_code, data_values(again.text, "warning")) == (409, ["true"])
    assert (moves(database), on_hand(database, "Z")) == ([-2], 4)


def test_a_sale_between_the_look_and_the_writing_stays(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    preview = send(admin, "sku,counted\nX,8\n")
    with database.transaction() as db:
        movements.sell(db, "ada", row, 1)

    save(admin, preview)

    assert on_hand(database) == 7


def test_another_plan_than_was_shown_is_shown_again(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    preview = send(admin, "sku,name\nX,A crate\nZ,New\n")
    with database.transaction() as db:
        products.change_product(db, "sam", row, name="A crate")

    answer = save(admin, preview)

    assert (answer.status_code, data_values(answer.text, "plan")) == (409, ["1 0 1"])
    with database.reading() as db:
        assert products.find(db, "Z") is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (",Name,,,,,", "sku: Give a SKU."),
        ("Q\x07,,,,,,", "sku: Must not contain line breaks"),
        (f"{'a' * 101},,,,,,", "sku: Must be at most 100 characters."),
        ("X,,many,,,,", "reorder_point: Use a whole number from 0 to 1,000,000."),
        ("X,,1.5,,,,", "reorder_point: Use a whole number"),
        ("X,,,,maybe,,", "allows_backorders: Write yes or no."),
        ("X,,,,,,-3", "counted: Use a whole number"),
        (
            "X,,x,,,maybe,x",
            "reorder_point: Use a whole number from 0 to 1,000,000. is_active: Write yes or no.",
        ),
        ("y,,,,,,", "Line 2 has this product already."),
        ("X,,,,,,,too many", "It has more cells than the first line."),
    ],
)
def test_a_line_that_cannot_be_used_is_told_and_keeps_all_from_being_written(
    admin: FlaskClient, database: Database, line: str, sentence: str
) -> None:
    make_product(database)

    preview = send(admin, f"{HEAD}\nY,,,,,,4\n{line}\n")

    assert re.search(f"Line 3.* ?: {re.escape(sentence)}", text_of(unescape(preview.text)))
    save(admin, preview)
    with database.reading() as db:
        assert products.find(db, "Y") is None


@pytest.mark.wording("/stocktake/csv")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "one of them must be sku"),
        ("name,counted\nX,1\n", "one of them must be sku"),
        ("sku,colour\nX,red\n", "There is no column colour."),
        ("sku,sku\nX,Y\n", "A column occurs twice."),
        ("sku,name\nX,Fußmatte\n".encode("latin-1"), "The file is not UTF-8."),
        (b"PK\x03\x04\x00\x00", "The file is not CSV."),
        ('sku,name\nX,"open\n', "cannot be read"),
        ("sku\n" + "".join(f"S{number}\n" for number in range(5001)), "more than 5,000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(admin: FlaskClient, content: str | bytes, sentence: str) -> None:
    answer = send(admin, content)

    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)


@pytest.mark.parametrize(
    "content",
    [
        "sku;counted\r\nX;8\r\n",
        "\ufeffSKU;Counted\r\nx ; 8 \r\n",
        "sep=;\r\nsku;counted\r\nX;8\r\n",
        "counted\tsku\n\n8\tX\n",
        "sku,counted,\nX,8,\n,,\n",
        '"sku","counted"\n"X","8"\n',
    ],
)
def test_files_of_every_spreadsheet_are_read(admin: FlaskClient, database: Database, content: str) -> None:
    make_product(database)

    save(admin, send(admin, content))

    assert on_hand(database) == 8


def test_an_alias_names_its_product(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        products.add_alias(db, "ada", row, "X-old")

    save(admin, send(admin, "sku,counted\nX-OLD,8\n"))

    assert on_hand(database) == 8


@pytest.mark.wording("/stocktake/csv/preview")
def test_counts_of_a_time_before_the_first_count_are_refused_by_line(
    admin: FlaskClient, database: Database
) -> None:
    make_product(database)

    preview = send(admin, "sku,counted\nX,8\n", at="2001-01-01T10:00")

    assert "Line 2, X : counted: X is counted only since" in text_of(preview.text)


def test_no_file_is_asked_for_again(admin: FlaskClient) -> None:
    answer = admin.post("/stocktake/csv", data={"at": minute()}, content_type="multipart/form-data")

    assert (answer.status_code, field_errors(answer.text)) == (422, ["file"])
