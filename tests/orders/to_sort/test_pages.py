"""The pages that say what counts as which product: rules, ignored SKUs, unmatched order lines."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.ledger import totals
from tests.page import data_values, flashed, is_empty
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.orders import order_events, product_skus
from writer.db.schema.product_types import sale_types
from writer.sales import product_types

pytestmark = pytest.mark.postgres


def type_id(database: Database, model: str = "Fire", variant: str = "28pin") -> int:
    with database.reading() as db:
        wanted = (sale_types.c.model == model) & (sale_types.c.variant == variant)
        return int(db.execute(select(sale_types.c.id).where(wanted)).scalar_one())


def order_of(client: FlaskClient, id: int = 1001, **line: Any) -> None:
    """Deliver a paid order with one line of two units."""
    deliver(client, make_order_body(id=id, line_items=[make_line(**line)]))


def of_product(**changes: Any) -> dict[str, Any]:
    """What the form of an unmatched product sends: product 10 of the first store, without a SKU."""
    return {"store_id": "1", "product_id": "10", "variation_id": "0", "sku": "", **changes}


def actions_noted(database: Database) -> list[str]:
    with database.reading() as db:
        made_by_ada = select(audit_entries.c.action).where(audit_entries.c.actor == "ada")
        return list(db.execute(made_by_ada.order_by(audit_entries.c.id)).scalars())


def test_the_rules_page_lists_the_rules(admin: FlaskClient) -> None:
    page = admin.get("/to-sort/rules").text

    for prefix in ("fire24", "fire28", "ice24", "ice28"):
        assert f"<code>{prefix}</code>" in page


def test_a_new_rule_counts_what_was_ordered_before(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    order_of(client, sku="KIT-28-USB")

    page = staff.post(
        "/to-sort/rules", data={"prefix": "kit-28", "type": str(type_id(database))}, follow_redirects=True
    ).text

    assert flashed(page) == ["success"]
    assert not re.search(r"\d+ order", page)  # it could be of a store that sam may not see
    assert totals(database) == {("Fire", "28pin"): 2}
    with database.reading() as db:
        cause = db.execute(select(order_events.c.cause).order_by(order_events.c.id.desc())).scalars().first()
    assert cause == "rule kit-28 added by sam"


@pytest.mark.wording("/to-sort/rules")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"prefix": "", "type": "1"}, "Enter how the SKU begins."),
        ({"prefix": "a" * 101, "type": "1"}, "Must be at most 100 characters."),
        ({"prefix": "a\x00b", "type": "1"}, "control characters"),
        ({"prefix": "fire24", "type": "1"}, "already count as Fire 24pin"),
        ({"prefix": "kit", "type": "0"}, "Choose what it counts as."),
        ({"prefix": "kit", "type": "99"}, "Not a valid choice"),
        ({"prefix": "kit", "type": "x"}, "Invalid Choice"),
        ({"prefix": "kit"}, "is-invalid"),
    ],
)
def test_an_unusable_rule_is_refused_beside_its_field(
    admin: FlaskClient, database: Database, data: dict[str, str], said: str
) -> None:
    answer = admin.post("/to-sort/rules", data=data)

    assert answer.status_code == 422
    assert said in answer.text
    assert actions_noted(database) == []


def test_a_removed_rule_leaves_the_ledger_alone(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="FIRE24")
    with database.reading() as db:
        rule = next(rule for rule in product_types.list_rules(db) if rule.prefix == "fire24")

    page = admin.post(f"/to-sort/rules/{rule.id}/remove", follow_redirects=True).text

    assert flashed(page) == ["success"]
    assert "<code>fire24</code>" not in page
    assert totals(database) == {("Fire", "24pin"): 2}


def test_a_sku_is_ignored_and_no_longer_ignored(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="GIFT")

    admin.post("/to-sort/ignored", data={"sku": " gift "})
    ignored = admin.get("/to-sort").text
    admin.post("/to-sort/ignored/remove", data={"sku": "gift"})
    shown = admin.get("/to-sort").text

    assert "GIFT" not in ignored
    assert "GIFT" in shown
    assert actions_noted(database) == ["sku.ignore", "sku.unignore"]


@pytest.mark.parametrize("sku", ["", "a\nb", "a" * 101])
def test_an_unusable_sku_is_not_ignored(admin: FlaskClient, sku: str) -> None:
    answer = admin.post("/to-sort/ignored", data={"sku": sku})

    assert answer.status_code == 422
    assert "is-invalid" in answer.text


@pytest.mark.parametrize(
    "path", ["/to-sort/rules/999/remove", "/to-sort/ignored/remove", "/to-sort/products/9/remove"]
)
def test_removing_what_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.post(path, data={"sku": "nothing"}).status_code == 404


def test_all_matched_says_so(client: FlaskClient, admin: FlaskClient) -> None:
    order_of(client, sku="FIRE24")

    assert is_empty(admin.get("/to-sort").text)


def test_unmatched_lines_are_grouped_by_product_with_units_and_orders(
    client: FlaskClient, admin: FlaskClient
) -> None:
    order_of(client, 1001, sku="KIT", quantity=3)
    order_of(client, 1002, sku="KIT", quantity=4)
    deliver(client, make_order_body(id=1003, status="pending", line_items=[make_line(sku="KIT", quantity=5)]))

    page = admin.get("/to-sort").text

    assert page.count("<code>KIT</code>") == 1
    assert (data_values(page, "units"), data_values(page, "waiting")) == (["12"], ["7"])
    for number in ("1001", "1002", "1003"):
        assert f">{number}</a>" in page


def test_only_the_newest_orders_of_a_product_are_named(client: FlaskClient, admin: FlaskClient) -> None:
    for number in range(1001, 1008):
        order_of(client, number, sku="KIT")

    page = admin.get("/to-sort").text

    assert ">1007</a>" in page
    assert ">1002</a>" not in page
    assert data_values(page, "more-orders") == ["2"]


def test_a_long_list_of_products_is_paged(client: FlaskClient, admin: FlaskClient) -> None:
    lines = [make_line(id=100 + n, sku=f"KIT-{n}", product_id=n + 1) for n in range(26)]
    deliver(client, make_order_body(line_items=lines))

    first, second = admin.get("/to-sort").text, admin.get("/to-sort?page=2").text

    assert (len(data_values(first, "entry")), len(data_values(second, "entry"))) == (25, 1)


@pytest.mark.wording("/to-sort")
def test_mapping_a_sku_counts_its_lines_once(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="KIT-28-USB")
    wanted = of_product(sku="KIT-28-USB", do="map", type=str(type_id(database)))

    first = admin.post("/to-sort", data=wanted, follow_redirects=True).text
    second = admin.post("/to-sort", data=wanted)

    assert "KIT-28-USB counts as Fire 28pin. 1 order line was counted." in first
    assert "Nothing to sort" in first
    assert "already count as Fire 28pin" in second.text
    assert totals(database) == {("Fire", "28pin"): 2}
    assert actions_noted(database) == ["rule.add"]


def test_mapping_a_sku_needs_a_type(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    order_of(client, sku="KIT")

    answer = admin.post("/to-sort", data=of_product(sku="KIT", do="map", type=""))

    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert totals(database) == {}


def test_ignoring_a_sku_takes_it_from_the_list(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="GIFT")

    page = admin.post("/to-sort", data=of_product(sku="GIFT", do="ignore"), follow_redirects=True).text

    assert flashed(page) == ["success"]
    assert is_empty(page)
    assert actions_noted(database) == ["sku.ignore"]


def test_a_product_without_a_sku_is_mapped_to_one_a_rule_knows(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, 1001, sku="")

    page = admin.post(
        "/to-sort", data=of_product(do="product", same_as="ice24-a"), follow_redirects=True
    ).text
    order_of(client, 1002, sku="")

    assert flashed(page) == ["success"]
    assert totals(database) == {("Ice", "24pin"): 4}
    assert actions_noted(database) == ["product.map"]


def test_a_product_is_left_out_by_an_ignored_sku(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="")
    admin.post("/to-sort/ignored", data={"sku": "gift"})

    page = admin.post("/to-sort", data=of_product(do="product", same_as="GIFT"), follow_redirects=True).text

    assert is_empty(page)
    assert totals(database) == {}


@pytest.mark.parametrize("same_as", ["", "kit", "a\x00b", "a" * 101])
def test_a_product_is_not_mapped_to_a_sku_nobody_knows(
    client: FlaskClient, admin: FlaskClient, database: Database, same_as: str
) -> None:
    order_of(client, sku="")

    answer = admin.post("/to-sort", data=of_product(do="product", same_as=same_as))

    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    with database.reading() as db:
        assert db.execute(select(product_skus)).all() == []


def test_a_product_nobody_ordered_is_not_mapped(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, sku="")
    wanted = of_product(product_id="11", do="product", same_as="ice24")

    page = admin.post("/to-sort", data=wanted, follow_redirects=True).text

    assert flashed(page) == ["warning"]


def test_a_mapped_product_whose_rule_is_gone_is_unmatched_by_the_sku_it_was_given(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, 1001, sku="")
    admin.post("/to-sort", data=of_product(do="product", same_as="ice24-a"))
    with database.reading() as db:
        rule = next(rule for rule in product_types.list_rules(db) if rule.prefix == "ice24")
    admin.post(f"/to-sort/rules/{rule.id}/remove")
    order_of(client, 1002, sku="")

    assert "<code>ice24-a</code>" in admin.get("/to-sort").text
    wanted = of_product(sku="ice24-a", do="map", type=str(type_id(database, "Ice", "28pin")))
    admin.post("/to-sort", data=wanted)

    assert totals(database) == {("Ice", "24pin"): 2, ("Ice", "28pin"): 2}


def test_a_mapped_product_is_listed_and_can_be_taken_back(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, 1001, sku="", name="Fire kit")
    admin.post("/to-sort", data=of_product(do="product", same_as="ice24-a"))
    listed = admin.get("/to-sort/rules").text

    admin.post("/to-sort/products/1/remove")
    order_of(client, 1002, sku="")

    assert ">Fire kit<" in listed
    assert "<code>ice24-a</code>" in listed
    assert totals(database) == {("Ice", "24pin"): 2}
    assert actions_noted(database) == ["product.map", "product.unmap"]


def test_a_line_that_nothing_names_cannot_be_mapped(client: FlaskClient, admin: FlaskClient) -> None:
    order_of(client, sku="", product_id=0, name="Handmade thing")

    page = admin.get("/to-sort").text

    assert data_values(page, "mappable") == ["false"]


@pytest.mark.parametrize(
    "broken", [{"do": "destroy"}, {"do": ""}, {"product_id": "x"}, {"store_id": "99999999999"}]
)
def test_a_form_that_makes_no_sense_changes_nothing(
    client: FlaskClient, admin: FlaskClient, database: Database, broken: dict[str, str]
) -> None:
    order_of(client, sku="")
    data = of_product(do="product", same_as="ice24", **broken) if "do" not in broken else of_product(**broken)

    assert admin.post("/to-sort", data=data).status_code == 422
    assert totals(database) == {}


def decisions(page: str) -> list[tuple[str, str]]:
    """Return each decision on the page: its kind, and who took it back."""
    return list(zip(data_values(page, "kind"), data_values(page, "taken-back-by"), strict=True))


def undo_of(page: str) -> str:
    """Return the address that the toast's button posts to."""
    found: list[str] = re.findall(r"/to-sort/decisions/\d+/take-back", page)
    return found[0]


def test_what_was_counted_is_taken_back_from_the_toast_once(
    client: FlaskClient, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    order_of(client, sku="KIT-28")
    data = of_product(sku="KIT-28", do="map", type=str(type_id(database)))
    page = admin.post("/to-sort", data=data, follow_redirects=True).text
    assert totals(database) == {("Fire", "28pin"): 2}

    after = staff.post(undo_of(page), follow_redirects=True).text
    again = admin.post(undo_of(page), follow_redirects=True).text

    assert flashed(after) == ["success"]
    assert flashed(again) == ["warning"]
    assert totals(database) == {}
    assert data_values(again, "waiting") == ["2"]
    assert decisions(again) == [("rule.add", "sam")]


def test_a_sku_counts_as_itself(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    order_of(client, sku="MUG-B", name="Blue mug")

    data = of_product(sku="MUG-B", do="map", type="itself", itself="Blue mug")
    admin.post("/to-sort", data=data)

    assert totals(database) == {("Blue mug", ""): 2}


@pytest.mark.wording("/to-sort/preview")
def test_what_it_would_do_is_shown_and_nothing_done(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, 1001, sku="FIRE24")
    order_of(client, 1002, sku="KIT-28")

    data = of_product(sku="KIT-28", preview="map", type=str(type_id(database)))
    page = admin.post("/to-sort", data=data).text

    assert "Count KIT-28 as Fire 28pin?" in page
    assert "1 order line of 20 Nov: the public total goes from 2 to 4." in page
    assert totals(database) == {("Fire", "24pin"): 2}
    assert actions_noted(database) == []


def test_a_user_of_one_store_is_not_shown_the_numbers(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    order_of(client, sku="KIT-28")

    data = of_product(sku="KIT-28", preview="map", type=str(type_id(database)))
    page = staff.post("/to-sort", data=data).text

    assert data_values(page, "after") == []


def test_a_rule_is_previewed_with_what_it_would_count(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    order_of(client, 1001, sku="KIT-28-A")
    order_of(client, 1002, sku="KIT-28-B")

    page = admin.post(
        "/to-sort/rules", data={"prefix": "kit-28", "type": str(type_id(database)), "preview": "1"}
    ).text

    assert (data_values(page, "before"), data_values(page, "after")) == (["0"], ["4"])
    assert totals(database) == {}


def test_every_decision_stands_in_the_history(client: FlaskClient, admin: FlaskClient) -> None:
    order_of(client, sku="KIT-28")
    admin.post("/to-sort/rules", data={"prefix": "kit", "type": "1"})
    admin.post("/to-sort/ignored", data={"sku": "gift"})

    page = admin.get("/to-sort/decisions").text

    assert decisions(page) == [("sku.ignore", ""), ("rule.add", "")]


def test_products_count_as_themselves_once_an_admin_chooses_so(
    client: FlaskClient, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    order_of(client, sku="TOWEL", name="Tea towel")
    asked = admin.get("/to-sort/counting").text

    assert staff.post("/to-sort/counting", data={"counts_as": "itself"}).status_code == 403
    page = admin.post("/to-sort/counting", data={"counts_as": "itself"}, follow_redirects=True).text

    assert data_values(asked, "after") == ["2", "0"]
    assert totals(database) == {("Tea towel", ""): 2}
    assert staff.post(undo_of(page)).status_code == 403
    assert undo_of(page) not in staff.get("/to-sort/decisions").text
    assert totals(database) == {("Tea towel", ""): 2}
    admin.post(undo_of(page))
    assert totals(database) == {}


def test_taking_back_leads_to_no_other_address(client: FlaskClient, admin: FlaskClient) -> None:
    order_of(client, sku="KIT")
    sent = {"sku": "KIT", "do": "ignore"}
    undo = undo_of(admin.post("/to-sort", data=sent, follow_redirects=True).text)

    led_to = [
        admin.post(undo, headers={"Referer": referrer}).location
        for referrer in ("http://evil.example/x", "http://localhost//evil.example", "http://localhost/\\evil")
    ]

    assert led_to == ["/to-sort", "/evil.example", "/evil"]


def test_a_choice_that_there_is_not_is_refused(admin: FlaskClient) -> None:
    assert admin.post("/to-sort/counting", data={"counts_as": "colours"}).status_code == 422
