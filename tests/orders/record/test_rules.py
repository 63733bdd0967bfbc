"""What a status, quantities and refunds mean for sales and stock: the rules alone, without a database."""

from dataclasses import replace

import pytest

from writer.orders.record.rules import Due, Standing, Units, due, explain, standing, worth

# Ten were ordered; four are refunded, six ever were, and one of those went back to the shelf.
UNITS = Units(quantity=10, refunded=4, refunded_ever=6, restocked=1)
BEFORE = Due(sold=7, taken=8)


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("processing", Standing.PAID),
        ("completed", Standing.PAID),
        ("on-hold", Standing.WAITING),
        ("refunded", Standing.REFUNDED),
        ("pending", Standing.VOID),
        ("failed", Standing.VOID),
        ("cancelled", Standing.VOID),
        ("trash", Standing.TRASHED),
        ("checkout-draft", Standing.DRAFT),
        ("auto-draft", Standing.DRAFT),
        ("draft", Standing.DRAFT),
        ("shipped", Standing.UNKNOWN),
    ],
)
def test_a_status_of_woocommerce_has_its_meaning(status: str, means: Standing) -> None:
    assert standing(status) is means


def test_the_owner_says_which_other_statuses_count_as_paid() -> None:
    assert standing("shipped", frozenset({"shipped"})) is Standing.PAID
    assert standing("on-hold", frozenset({"shipped"})) is Standing.WAITING


@pytest.mark.parametrize(
    ("state", "sold", "taken"),
    [
        (Standing.PAID, 6, 9),
        (Standing.WAITING, 0, 9),
        (Standing.REFUNDED, 0, 0),
        (Standing.VOID, 0, 5),
        (Standing.TRASHED, 0, 0),
        (Standing.DRAFT, 0, 0),
        (Standing.UNKNOWN, 0, 0),
    ],
)
def test_an_order_first_seen_in_a_state_has_this_due(state: Standing, sold: int, taken: int) -> None:
    assert due(state, UNITS, counts_on_hold=False, before=None, is_paid=False) == Due(sold, taken)


@pytest.mark.parametrize(
    ("state", "sold", "taken"),
    [
        (Standing.PAID, 6, 9),
        (Standing.WAITING, 0, 9),
        (Standing.REFUNDED, 0, 8),
        (Standing.VOID, 0, 5),
        (Standing.TRASHED, 0, 8),
        (Standing.DRAFT, 0, 0),
        (Standing.UNKNOWN, 7, 8),
    ],
)
def test_an_order_that_was_recorded_before_has_this_due(state: Standing, sold: int, taken: int) -> None:
    assert due(state, UNITS, counts_on_hold=False, before=BEFORE, is_paid=True) == Due(sold, taken)


@pytest.mark.parametrize(
    ("state", "is_paid", "store_reduced", "taken"),
    [
        (Standing.REFUNDED, False, None, 0),
        (Standing.REFUNDED, True, None, 9),
        (Standing.REFUNDED, False, 4, 4),
        (Standing.REFUNDED, True, 12, 9),
        (Standing.TRASHED, True, None, 0),
        (Standing.TRASHED, True, 4, 4),
    ],
)
def test_an_order_first_seen_refunded_or_in_the_trash_keeps_out_what_its_store_says(
    state: Standing, is_paid: bool, store_reduced: int | None, taken: int
) -> None:
    units = replace(UNITS, store_reduced=store_reduced)

    assert due(state, units, counts_on_hold=False, before=None, is_paid=is_paid) == Due(0, taken)


@pytest.mark.parametrize(("returned", "taken"), [(3, 5), (-1, 9), (-2, 9), (9, 0)])
@pytest.mark.parametrize("state", [Standing.REFUNDED, Standing.TRASHED])
def test_a_status_that_moves_no_goods_follows_what_the_store_took_and_put_back(
    state: Standing, returned: int, taken: int
) -> None:
    units = replace(UNITS, returned=returned)

    assert due(state, units, counts_on_hold=False, before=BEFORE, is_paid=True) == Due(0, taken)


def test_an_order_that_waits_is_sold_where_the_store_counts_those() -> None:
    assert due(Standing.WAITING, UNITS, counts_on_hold=True, before=None, is_paid=False) == Due(6, 9)


def test_an_unknown_status_counts_as_paid_where_the_store_names_a_payment() -> None:
    assert due(Standing.UNKNOWN, UNITS, counts_on_hold=False, before=None, is_paid=True) == Due(6, 9)


def test_a_void_order_holds_nothing_where_more_was_put_back_than_refunded() -> None:
    units = Units(quantity=3, restocked=3)

    assert due(Standing.VOID, units, counts_on_hold=False, before=None, is_paid=False) == Due(0, 0)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (Standing.PAID, "'new' counts as paid: 2 units count as sold. Nothing changes."),
        (Standing.WAITING, "'new' is not paid yet: 2 units count as sold. Nothing changes."),
        (Standing.REFUNDED, "The order was refunded: 2 units count as sold. Nothing changes."),
        (Standing.VOID, "'new' is no sale: 2 units count as sold. Nothing changes."),
        (Standing.TRASHED, "The order is in the store's trash: 2 units count as sold. Nothing changes."),
        (Standing.DRAFT, "A draft is no order yet: 2 units count as sold. Nothing changes."),
        (Standing.UNKNOWN, "'new' is a status unknown here: 2 units count as sold. Nothing changes."),
    ],
)
def test_why_an_order_counts_as_it_does_is_a_sentence(state: Standing, sentence: str) -> None:
    assert explain(state, "new", 2, []) == sentence


def test_what_was_posted_is_named() -> None:
    told = explain(Standing.PAID, "completed", 1, ["+1 Fire 24pin", "-1 Ice 28pin"])

    assert told == "'completed' counts as paid: 1 unit counts as sold. Counted +1 Fire 24pin, -1 Ice 28pin."


@pytest.mark.parametrize(
    ("state", "units", "revenue"),
    [
        (Standing.PAID, 0, 2000),
        (Standing.UNKNOWN, 1, 2000),
        (Standing.UNKNOWN, 0, 0),
        (Standing.WAITING, 2, 0),
        (Standing.VOID, 0, 0),
    ],
)
def test_an_order_that_counts_as_paid_is_worth_its_total_less_refunds(
    state: Standing, units: int, revenue: int
) -> None:
    assert worth(state, units, total_minor=2400, refunded_minor=400) == revenue


def test_a_sentence_names_forty_postings_and_counts_the_others() -> None:
    forty = [f"+{number} Fire 24pin" for number in range(40)]

    assert explain(Standing.PAID, "completed", 1, forty).endswith("Counted " + ", ".join(forty) + ".")
    assert explain(Standing.PAID, "completed", 1, [*forty, *["-1 Ice 28pin"] * 1500]).endswith(
        ", +39 Fire 24pin and 1,500 more."
    )
