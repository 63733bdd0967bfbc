"""What is known of the number in a store, without a database: each verb and each question."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from writer.stores import PushState

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
# A listing that showed 10 when its product's count was of version 4.
KNOWN = PushState(confirmed_quantity=10, confirmed_at=NOW, handled_version=4)


def test_a_number_on_its_way_is_noted_beside_what_the_store_shows() -> None:
    sending = KNOWN.sending(7, shown=9, version=5, now=LATER)

    assert sending.known_quantities == [9, 7]
    assert (sending.handled_version, sending.confirmed_at, sending.is_sending) == (5, LATER, True)


def test_the_first_number_sent_makes_no_other_number_known() -> None:
    sending = PushState().sending(7, shown=9, version=5, now=NOW)

    assert (sending.known_quantities, sending.is_sending) == ([], True)


def test_a_write_that_was_taken_ends_all_there_was() -> None:
    refused = KNOWN.sending(7, 10, 5, NOW).unexplained(2, 5, NOW).refused("error: no", NOW)

    written = refused.written(7, 5, LATER)

    assert written.known_quantities == [7]
    assert (written.problem, written.retry_at, written.unexplained_by) == (None, None, None)
    assert (written.written_at, written.confirmed_at) == (LATER, LATER)


def test_a_refused_number_is_still_on_its_way() -> None:
    refused = KNOWN.sending(7, 10, 5, NOW).refused("error: no", LATER)

    assert (refused.problem, refused.retry_at, refused.is_sending) == ("error: no", LATER, True)


def test_five_writes_of_one_count_in_ten_minutes_are_stuck() -> None:
    state = KNOWN
    for _ in range(5):
        assert not state.is_stuck(5, NOW)
        state = state.sending(7, 10, 5, NOW).written(7, 5, NOW)

    assert state.is_stuck(5, NOW)
    assert not state.is_stuck(6, NOW)
    assert not state.is_stuck(5, NOW + timedelta(minutes=10))


def test_writes_are_counted_afresh_after_ten_minutes_or_for_another_count() -> None:
    once = KNOWN.sending(7, 10, 5, NOW).written(7, 5, NOW)
    much_later = NOW + timedelta(minutes=10)

    again = once.sending(7, 9, 5, much_later).written(7, 5, much_later)
    other = once.sending(6, 7, 6, LATER).written(6, 6, LATER)

    assert (again.write_count, again.first_write_at) == (1, much_later)
    assert (other.write_count, other.first_write_at) == (1, LATER)


@pytest.mark.parametrize(("by", "seconds", "is_still"), [(3, 60, True), (3, 59, False), (2, 60, False)])
def test_a_difference_is_one_once_two_checks_a_minute_apart_agree(
    by: int, seconds: int, is_still: bool
) -> None:
    seen = KNOWN.unexplained(3, 5, NOW)

    assert seen.is_still_unexplained(by, NOW + timedelta(seconds=seconds)) is is_still


def test_the_same_difference_keeps_when_it_was_first_seen_and_another_does_not() -> None:
    seen = KNOWN.unexplained(3, 5, NOW)

    assert seen.unexplained(3, 5, LATER).unexplained_at == NOW
    assert seen.unexplained(2, 5, LATER).unexplained_at == LATER


def test_a_difference_is_looked_at_again_after_a_minute_or_with_another_count() -> None:
    seen = KNOWN.check_again().unexplained(3, 5, NOW)

    assert (seen.needs_check, seen.looked_version) == (False, 5)
    assert seen.look_again_at == NOW + timedelta(seconds=60)
    assert seen.is_pending(4)
    assert seen.accepted(13, 5, LATER).look_again_at is None


def test_times_that_a_clock_left_ahead_of_now_say_nothing() -> None:
    ahead = NOW + timedelta(days=1)
    written = KNOWN
    for _ in range(5):
        written = written.sending(7, 10, 5, ahead).written(7, 5, ahead)

    assert not written.is_stuck(5, NOW)
    assert written.sending(7, 10, 5, NOW).written(7, 5, NOW).write_count == 1
    assert KNOWN.unexplained(3, 5, ahead).unexplained(3, 5, NOW).unexplained_at == NOW


def test_a_number_that_was_accepted_explains_itself_and_keeps_its_problem() -> None:
    accepted = replace(KNOWN, problem="error: no").unexplained(10, 5, NOW).accepted(20, 5, LATER)

    assert (accepted.known_quantities, accepted.unexplained_by) == ([20], None)
    assert accepted.problem == "error: no"
    assert accepted.confirmed(20, 5, LATER).problem is None


def test_a_listing_with_a_problem_waits_for_another_count() -> None:
    flagged = KNOWN.sending(7, 10, 5, NOW).flagged("gone", version=5, is_gone=True)

    assert (flagged.problem, flagged.is_gone, flagged.is_sending) == ("gone", True, False)
    assert not flagged.is_pending(5)
    assert flagged.is_pending(6)


def test_a_person_may_retry_decide_or_give_up() -> None:
    flagged = KNOWN.flagged("stopped", version=5)

    retried = flagged.retry()
    given_up = KNOWN.check_again().given_up(version=6)

    assert (retried.problem, retried.write_count, retried.is_pending(5)) == (None, 0, True)
    assert (given_up.is_pending(6), given_up.is_pending(7)) == (False, True)
    assert (KNOWN.decided(20).known_quantities, KNOWN.decided(20).needs_check) == ([20], True)


def test_another_product_makes_everything_unknown_but_when_it_was_last_written() -> None:
    written = KNOWN.sending(7, 10, 5, NOW).written(7, 5, NOW).unexplained(2, 5, NOW)

    reset = written.reset()

    assert (reset.known_quantities, reset.handled_version, reset.needs_check) == ([], 0, True)
    assert (reset.unexplained_by, reset.problem, reset.written_at) == (None, None, NOW)


def test_a_listing_found_again_is_checked() -> None:
    found = KNOWN.flagged("gone", 4, is_gone=True).found_again()

    assert (found.is_gone, found.problem, found.needs_check) == (False, None, True)
    assert not found.checked().needs_check


@pytest.mark.parametrize(("quantity", "is_news"), [(10, False), (9, True)])
def test_a_hint_is_news_where_it_says_another_number(quantity: int, is_news: bool) -> None:
    assert KNOWN.is_news(quantity) is is_news
    assert not PushState().is_news(quantity)


def test_what_happened_up_to_a_minute_after_the_confirmation_may_be_in_the_number() -> None:
    assert KNOWN.may_cover(NOW + timedelta(seconds=60))
    assert not KNOWN.may_cover(NOW + timedelta(seconds=61))
    assert KNOWN.sending(7, 10, 4, NOW).may_cover(NOW + timedelta(hours=1))
    assert not PushState().may_cover(NOW)
