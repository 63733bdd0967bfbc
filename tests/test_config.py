"""The settings: what `.env` may hold, what each value may be, and who may read the environment."""

import ast
import json
from pathlib import Path

import pytest

from reader import settings as reader
from tests.makers import make_config, make_environment
from writer import config
from writer.config import ROOT, ConfigError
from writer.lib.setting_values import AirtableSettings

pytestmark = pytest.mark.sqlite_only

AIRTABLE = {
    "AIRTABLE_API_KEY": "pat123",
    "AIRTABLE_BASE_ID": "appA1b2",
    "AIRTABLE_TABLES_JSON": '{"stock": "Stock", "events": "tblX"}',
}
ENV_FILES = [
    ("A=1\nB=2\n", {"A": "1", "B": "2"}),
    ("A=1\r\nB=two words\r\n", {"A": "1", "B": "two words"}),  # an editor of Windows
    ("\ufeffA=1\n", {"A": "1"}),  # the same, with its byte order mark
    ("export A=1\n  export B = 2  \n", {"A": "1", "B": "2"}),
    ("A='one # two'\nB=\"three # four\"\n", {"A": "one # two", "B": "three # four"}),
    ("# A=0\n\nA=1 # a comment\nB=a#b\n", {"A": "1", "B": "a#b"}),
    ("A=pa$$word$HOME\nB=${HOME}\n", {"A": "pa$$word$HOME", "B": "${HOME}"}),
    ("A='${HOME}'\nB=\"${HOME} $HOME\"\n", {"A": "${HOME}", "B": "${HOME} $HOME"}),
    ('A=\'a\\n"b"\'\nB="a\\n\'b\'\\""\n', {"A": 'a\\n"b"', "B": "a\n'b'\""}),
    ("A=it's\nB=C:\\new\n", {"A": "it's", "B": "C:\\new"}),
    ("A=\nB=''\nC=\"\"\n", {"A": "", "B": "", "C": ""}),
    ('A=\'[{"a": 1},\n {"b": 2}]\'\nB=1\n', {"A": '[{"a": 1},\n {"b": 2}]', "B": "1"}),
    ("A=1\nA=2", {"A": "2"}),
    ("", {}),
]
UNREADABLE = ["A='open\nB=1\n", 'A="open\n', "A='1' 2\n", "A B=1\n", "just words\n", "A\n"]


@pytest.mark.parametrize(("text", "found"), ENV_FILES)
def test_env_means_what_a_person_expects_to_the_writer_and_to_the_reader(
    tmp_path: Path, text: str, found: dict[str, str]
) -> None:
    (tmp_path / ".env").write_bytes(text.encode())

    assert config.read_env_file(tmp_path / ".env") == found
    assert reader.read_env_file(tmp_path / ".env") == found


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_line_that_cannot_be_read_is_named_by_its_number(tmp_path: Path, text: str) -> None:
    (tmp_path / ".env").write_text(f"# a comment\n\nGOOD=1\n\n{text}")

    with pytest.raises(ConfigError, match=r"^Line 5 of \.env cannot be read"):
        config.read_env_file(tmp_path / ".env")
    with pytest.raises(reader.SettingError, match=r"^Line 5 of \.env cannot be read"):
        reader.read_env_file(tmp_path / ".env")


def test_a_file_that_is_not_utf_8_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("A=1\n".encode("utf-16"))

    with pytest.raises(ConfigError, match="save it as UTF-8"):
        config.read_env_file(tmp_path / ".env")
    with pytest.raises(reader.SettingError, match="cannot be read"):
        reader.read_env_file(tmp_path / ".env")


def test_the_environment_wins_over_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DEFAULT_SELLER=written\nPUBLIC_UNIT=written\n")
    monkeypatch.setattr(config, "ROOT", tmp_path)
    monkeypatch.setenv("DEFAULT_SELLER", "set")

    found = config.environment()

    assert (found["DEFAULT_SELLER"], found["PUBLIC_UNIT"]) == ("set", "written")


def test_the_defaults_are_those_of_the_example() -> None:
    example = config.read_env_file(ROOT / ".env.example")

    written = config.load({**example, **make_environment()})

    assert vars(written) == vars(make_config())
    assert reader.load(example) == reader.load({})


def test_values_have_their_types() -> None:
    found = make_config(
        DATABASE_URL="sqlite:///here/sales.db",
        DATABASE_POOL_SIZE="20",
        LOG_LEVEL="Warning",
        RUN_CRON="0",
        WRITER_PUBLIC_URL=" https://hub.example/ ",
        **AIRTABLE,
    )

    assert found.database_url == f"sqlite:///{ROOT}/here/sales.db"
    assert (found.database_pool_size, found.log_level, found.runs_cron) == (20, "WARNING", False)
    assert found.public_url == "https://hub.example"
    assert found.airtable == AirtableSettings(
        "pat123", "appA1b2", "Stock", "tblX", "https://api.airtable.com"
    )
    assert "pat123" not in repr(found.airtable)


@pytest.mark.parametrize("given", [{}, dict.fromkeys(AIRTABLE, ""), {"AIRTABLE_URL": "http://127.0.0.1:1"}])
def test_airtable_need_not_be_set_up(given: dict[str, str]) -> None:
    assert make_config(**given).airtable is None


def test_one_of_the_tables_of_airtable_may_be_left_out() -> None:
    found = make_config(**{**AIRTABLE, "AIRTABLE_TABLES_JSON": '{"events": " Events "}'}).airtable

    assert found is not None
    assert (found.stock_table, found.events_table) == (None, "Events")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"WEBHOOK_SHARED_SECRET": "short"}, "WEBHOOK_SHARED_SECRET is too short"),
        ({"CONFIG_ENCRYPTION_KEY": "x"}, "CONFIG_ENCRYPTION_KEY holds a value that is no Fernet key"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL names no file"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with"),
        ({"DATABASE_POOL_SIZE": "3"}, "DATABASE_POOL_SIZE must be a whole number from 4 to 1000"),
        ({"DATABASE_MAX_OVERFLOW": "-1"}, "DATABASE_MAX_OVERFLOW must be a whole number"),
        ({"READER_PORT": "8107"}, "READER_PORT and WRITER_PORT must be two different ports"),
        ({"WRITER_PORT": "70000"}, "WRITER_PORT must be a whole number from 1 to 65535"),
        ({"ADMIN_USER": "ada"}, "ADMIN_USER and ADMIN_PASSWORD must be set together"),
        ({"ADMIN_USER": "ada", "ADMIN_PASSWORD": "short"}, "ADMIN_PASSWORD is too short"),
        ({"TRUSTED_PROXIES": "all"}, "TRUSTED_PROXIES must be a whole number from 0 to 10"),
        ({"WRITER_PUBLIC_URL": "hub.example"}, "WRITER_PUBLIC_URL must be an address"),
        ({"WRITER_PUBLIC_URL": "ftp://hub.example"}, "WRITER_PUBLIC_URL must be an address"),
        ({"WRITER_PUBLIC_URL": "https://"}, "WRITER_PUBLIC_URL must be an address"),
        ({"WRITER_PUBLIC_URL": "https://hub.example:x"}, "WRITER_PUBLIC_URL must be an address"),
        ({"WRITER_PUBLIC_URL": "https://hub.example/?a=b"}, "WRITER_PUBLIC_URL must be an address"),
        ({"SYNC_INTERVAL": "0"}, "SYNC_INTERVAL must be a whole number from 1"),
        ({"SYNC_DAYS_BACK": "5000"}, "SYNC_DAYS_BACK must be a whole number from 1 to 3650"),
        ({"ORDER_RETENTION_DAYS": "-3"}, "ORDER_RETENTION_DAYS must be a whole number from 1"),
        ({"RAW_RETENTION_DAYS": "1.5"}, "RAW_RETENTION_DAYS must be a whole number from 1"),
        ({"BACKUP_KEEP_DAYS": "²"}, "BACKUP_KEEP_DAYS must be a whole number from 1"),
        ({"STORE_INTERVAL_MS": "fast"}, "STORE_INTERVAL_MS must be a whole number from 0"),
        ({"NOTIFY_URL": "ftp://x"}, "NOTIFY_URL must be an address"),
        ({"NOTIFY_URL": "https://[x"}, "NOTIFY_URL must be an address"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of debug, info, warning, error"),
        ({"RUN_CRON": "no"}, "RUN_CRON must be 0 or 1"),
        ({"SITES": "[{]"}, "SITES must be a JSON list"),
        ({"SITES": "[" * 100_000}, "SITES must be a JSON list"),
        ({"SITES": json.dumps([{"site_id": "uk"}])}, "SITES must be a JSON list"),
        ({"WC_CONSUMER_KEY": "ck_1"}, "WC_STORE_URL, WC_CONSUMER_KEY and WC_CONSUMER_SECRET must be set"),
        ({**AIRTABLE, "AIRTABLE_API_KEY": " "}, "AIRTABLE_API_KEY is not set: Airtable needs all of"),
        ({**AIRTABLE, "AIRTABLE_API_KEY": "pat 1"}, "AIRTABLE_API_KEY is no personal access token"),
        ({**AIRTABLE, "AIRTABLE_BASE_ID": ""}, "AIRTABLE_BASE_ID is not set: Airtable needs all of"),
        ({**AIRTABLE, "AIRTABLE_BASE_ID": "https://x"}, "AIRTABLE_BASE_ID must be the id of a base"),
        ({**AIRTABLE, "AIRTABLE_TABLES_JSON": ""}, "AIRTABLE_TABLES_JSON is not set"),
        ({**AIRTABLE, "AIRTABLE_TABLES_JSON": "Stock"}, "AIRTABLE_TABLES_JSON must be such as"),
        ({**AIRTABLE, "AIRTABLE_TABLES_JSON": "[]"}, "AIRTABLE_TABLES_JSON must be such as"),
        ({**AIRTABLE, "AIRTABLE_TABLES_JSON": "{}"}, "AIRTABLE_TABLES_JSON must be such as"),
        ({**AIRTABLE, "AIRTABLE_TABLES_JSON": '{"sales": "X"}'}, "AIRTABLE_TABLES_JSON must be such as"),
        (
            {**AIRTABLE, "AIRTABLE_TABLES_JSON": '{"stock": 1}'},
            "AIRTABLE_TABLES_JSON: stock must be",
        ),
        ({**AIRTABLE, "AIRTABLE_URL": "airtable.example"}, "AIRTABLE_URL must be an address"),
    ],
)
def test_an_unusable_value_is_refused_by_name(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=f"^{sentence}"):
        make_config(**given)


def test_config_shows_no_secret_when_it_is_printed() -> None:
    assert "woo-hook-secret" not in repr(make_config())


def reads_environment(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            if node.attr in ("environ", "environb", "getenv"):
                return True
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            if any(alias.name in ("environ", "environb", "getenv") for alias in node.names):
                return True
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and "dotenv" in ast.unparse(node):
            return True
    return False


def test_only_config_reads_the_environment() -> None:
    files = [*(ROOT / "writer").rglob("*.py"), *(ROOT / "reader").rglob("*.py")]

    assert [str(file.relative_to(ROOT)) for file in files if reads_environment(file)] == [
        "writer/config.py",
        "reader/settings.py",
    ]


# Values of each setting that cannot work.
UNUSABLE = {
    "DATABASE_URL": ["mysql://x/y", "sqlite:///", "sqlite:///:memory:", "postgresql+psycopg://u:p@ss:w@x/y"],
    "DATABASE_POOL_SIZE": ["0", "many"],
    "DATABASE_MAX_OVERFLOW": ["-1"],
    "READER_PORT": ["0", "65536", "http"],
    "WRITER_PORT": ["0", "8106", "8107.0"],
    "SECRET_KEY": ["short"],
    "WEBHOOK_SHARED_SECRET": ["short"],
    "CONFIG_ENCRYPTION_KEY": ["no key"],
    "ADMIN_USER": ["ada"],
    "ADMIN_PASSWORD": ["short", "long enough, but whose"],
    "WRITER_PUBLIC_URL": ["hub.example", "ftp://hub.example", "https://", "https://hub.example/?x"],
    "TRUSTED_PROXIES": ["all", "-1", "11"],
    "SITES": ["[{]", "{}", '[{"site_id": "uk"}]', "null"],
    "WC_STORE_URL": ["https://shop.example"],
    "WC_CONSUMER_KEY": ["ck_1"],
    "WC_CONSUMER_SECRET": ["cs_1"],
    "STORE_INTERVAL_MS": ["-5", "1e3"],
    "SYNC_INTERVAL": ["0", "-1", "half an hour", "\u0663"],
    "SYNC_DAYS_BACK": ["0", "99999"],
    "ORDER_RETENTION_DAYS": ["-3", "0", "1.5"],
    "RAW_RETENTION_DAYS": ["-3", "0"],
    "BACKUP_KEEP_DAYS": ["0"],
    "NOTIFY_URL": ["ftp://x", "x", "http://", "http://x:0/", "https://a b/"],
    "RUN_CRON": ["yes"],
    "LOG_LEVEL": ["loud"],
    "TIMEZONE": ["Mars", "../etc/passwd"],
    "SHOW_KIT": ["yes"],
    "AIRTABLE_API_KEY": ["pat123"],
    "AIRTABLE_BASE_ID": ["appA1b2"],
    "AIRTABLE_TABLES_JSON": ["{", "[]", '{"stock": ""}'],
    "AIRTABLE_URL": ["airtable"],
}
TAKE_ANY_TEXT = {
    "READER_BIND",
    "WRITER_BIND",
    "DEFAULT_SELLER",
    "SHOP_NAME",
    "BANNER",
}  # of an address, the start finds out
UNUSABLE_BY_READER = {
    "DATABASE_URL": ["mysql://x/y", "sqlite:///"],
    "CORS_ORIGINS": ["example", "https://a/b"],
    "TIMEZONE": ["Mars"],
    "PUBLIC_TZ": ["Mars"],
    "PUBLIC_MAX_AGE": ["-1", "an hour"],
    "PUBLIC_BADGE_MAX_AGE": ["-1"],
    "PUBLIC_STALE": ["1.5"],
    "READER_WORKERS": ["0", "100"],
    "READER_THREADS": ["0"],
    "LOG_LEVEL": ["loud"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in UNUSABLE.items() for text in texts]
)
def test_a_value_that_cannot_work_stops_the_start_by_name(name: str, text: str) -> None:
    given = {**(AIRTABLE if name.startswith("AIRTABLE_") and name not in ONE_OF_THREE else {}), name: text}

    with pytest.raises(ConfigError) as refused:
        make_config(**given)

    assert name in str(refused.value)


ONE_OF_THREE = ("AIRTABLE_API_KEY", "AIRTABLE_BASE_ID")  # alone they are not enough


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in UNUSABLE_BY_READER.items() for text in texts]
)
def test_a_value_that_cannot_work_stops_the_reader_by_name(name: str, text: str) -> None:
    with pytest.raises(reader.SettingError, match=name):
        reader.load({name: text})


def test_no_setting_takes_everything_but_those_that_are_words() -> None:
    assert UNUSABLE.keys() | TAKE_ANY_TEXT == config.names()
    assert UNUSABLE_BY_READER.keys() | {"PUBLIC_TITLE", "PUBLIC_UNIT"} == reader.DEFAULTS.keys()


def test_a_folder_with_a_question_mark_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "ROOT", tmp_path / "what now?")

    with pytest.raises(ConfigError, match=r"^DATABASE_URL cannot name .*what now\?/data/sales.db"):
        make_config()
