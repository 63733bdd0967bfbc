"""The one source of the time, aware UTC; tests replace `now`. Days are those of the shop's time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_zone = ZoneInfo("UTC")


def now() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return datetime.now(UTC)


def read(text: str) -> datetime:
    """Return the moment in UTC that a text in ISO form names; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is in no calendar") from None


def use_zone(zone: ZoneInfo) -> None:
    """Let days begin, and times be shown, in this time zone; every process does this once, at its start."""
    global _zone
    _zone = zone


def zone_name() -> str:
    """Return the name of the shop's time zone, such as "Europe/London"."""
    return _zone.key


def local(moment: datetime) -> datetime:
    """Return the moment in the shop's time zone."""
    return moment.astimezone(_zone)


def local_day(moment: datetime) -> date:
    """Return the day of the shop's time zone on which the moment is."""
    return local(moment).date()


def today() -> date:
    """Return the present day of the shop's time zone."""
    return local_day(now())


def day_start(day: date) -> datetime:
    """Return the moment, in UTC, at which a day of the shop's time zone begins."""
    return datetime.combine(day, time(), _zone).astimezone(UTC)
