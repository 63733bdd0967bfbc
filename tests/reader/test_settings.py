"""Settings of the reader: defaults, and one sentence that names what cannot be used."""

import pytest

from reader import settings as reader_settings
from reader.settings import SettingError, load


def test_nothing_told_is_enough() -> None:
    settings = load({})

    assert settings.database == str(reader_settings.HERE.parent / "data/sales.db")
    assert (settings.title, settings.unit, settings.zone) == ("One ROM", "sold", "UTC")
    assert (settings.max_age_s, settings.badge_max_age_s, settings.stale_s) == (60, 300, 600)
    assert settings.origins == frozenset()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reader_settings, "read_env_file", lambda _: {"PUBLIC_UNIT": "made", "PUBLIC_TITLE": "Two"}
    )
    monkeypatch.setenv("PUBLIC_UNIT", "built")

    settings = load()

    assert (settings.title, settings.unit) == ("Two", "built")


def test_postgresql_is_reached_without_the_name_of_the_writers_driver() -> None:
    settings = load({"DATABASE_URL": "postgresql+psycopg://reader@db/sales"})

    assert (settings.database, settings.is_sqlite) == ("postgresql://reader@db/sales", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sales.db"),
        ("CORS_ORIGINS", "example.com"),
        ("CORS_ORIGINS", "https://a.example/, *"),
        ("PUBLIC_TZ", "Berlin"),
        ("PUBLIC_MAX_AGE", "-1"),
        ("PUBLIC_BADGE_MAX_AGE", "soon"),
        ("PUBLIC_STALE", "1.5"),
        ("READER_WORKERS", "0"),
        ("READER_THREADS", "many"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_an_unusable_setting_ends_the_start_with_a_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must be .*\.$"):
        load({name: value})
