"""`.env` is made and completed; what a person wrote there is never changed, nor is half a file ever left."""

import errno
import os
import re
import stat
from pathlib import Path

import pytest

from writer import config
from writer.config import ROOT, ConfigError
from writer.ops.env_file import SECRETS, complete

pytestmark = pytest.mark.sqlite_only

EXAMPLE = ROOT / ".env.example"


def test_a_new_file_is_the_example_with_secrets_that_only_the_owner_can_read(tmp_path: Path) -> None:
    said = complete(tmp_path / ".env", EXAMPLE, {})

    text = (tmp_path / ".env").read_text()
    secrets = [config.parse(text)[name] for name in SECRETS]
    assert said == [
        "Wrote .env with the settings of this copy.",
        *(f"Wrote a new {name} into .env." for name in SECRETS),
    ]
    assert re.sub("=[A-Za-z0-9_-]{43}=\n", "=\n", text) == EXAMPLE.read_text()
    assert len(set(secrets)) == 3
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_complete_file_is_not_touched(tmp_path: Path) -> None:
    complete(tmp_path / ".env", EXAMPLE, {})
    before = (tmp_path / ".env").stat()

    assert complete(tmp_path / ".env", EXAMPLE, {}) == []

    after = (tmp_path / ".env").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("prefix", ["", "export "])
def test_lines_of_windows_are_completed_and_keep_their_ends(tmp_path: Path, prefix: str) -> None:
    lines = ["\ufeff# mine", *(f"{prefix}{name}=" for name in SECRETS), "DEFAULT_SELLER=me", ""]
    (tmp_path / ".env").write_bytes("\r\n".join(lines).encode())

    complete(tmp_path / ".env", EXAMPLE, {})

    text = (tmp_path / ".env").read_bytes().decode()
    assert text.count("\r\n") == text.count("\n") == 5
    assert all(len(config.parse(text)[name]) == 44 for name in SECRETS)
    assert complete(tmp_path / ".env", EXAMPLE, {}) == []


def test_a_secret_that_no_line_names_is_added_at_the_end(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nWEBHOOK_SHARED_SECRET = 'chosen by somebody'\nSECRET_KEY=")

    said = complete(tmp_path / ".env", EXAMPLE, {"SECRET_KEY": "from the environment"})

    assert said == ["Wrote a new CONFIG_ENCRYPTION_KEY into .env."]
    text = (tmp_path / ".env").read_text()
    assert text.startswith("# mine\nWEBHOOK_SHARED_SECRET = 'chosen by somebody'\nSECRET_KEY=\nCONFIG_ENCR")


def test_an_empty_value_in_quotes_or_before_a_comment_is_completed_too(tmp_path: Path) -> None:
    lines = ["SECRET_KEY=''", "WEBHOOK_SHARED_SECRET= # later", 'CONFIG_ENCRYPTION_KEY=""', ""]
    (tmp_path / ".env").write_text("\n".join(lines))

    complete(tmp_path / ".env", EXAMPLE, {})

    found = config.read_env_file(tmp_path / ".env")
    assert [len(found[name]) for name in SECRETS] == [44, 44, 44]


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("DEFAULT_SELLER=me\n")
    (tmp_path / "elsewhere").chmod(0o640)
    (tmp_path / ".env").symlink_to("elsewhere")

    complete(tmp_path / ".env", EXAMPLE, {})

    assert (tmp_path / ".env").is_symlink()
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o640
    assert (tmp_path / "elsewhere").read_text().startswith("DEFAULT_SELLER=me\nSECRET_KEY=")


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DEFAULT_SELLER=me\n")

    def no_room(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(ConfigError, match=r"is as it was: No space left on device\."):
        complete(tmp_path / ".env", EXAMPLE, {})

    assert (tmp_path / ".env").read_text() == "DEFAULT_SELLER=me\n"
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY='open\n")

    with pytest.raises(ConfigError, match=r"^Line 1 of \.env"):
        complete(tmp_path / ".env", EXAMPLE, {})

    assert (tmp_path / ".env").read_text() == "SECRET_KEY='open\n"
