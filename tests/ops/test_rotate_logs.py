"""Logs do not grow for ever."""

from pathlib import Path

import pytest

from writer.ops import rotate_logs

pytestmark = pytest.mark.sqlite_only


def test_a_large_log_is_put_aside_and_what_writes_it_goes_on_from_the_start(tmp_path: Path) -> None:
    with (tmp_path / "writer.log").open("ab", buffering=0) as log:
        log.write(b"old line\n" * 10)
        (tmp_path / "reader.log").write_bytes(b"short\n")

        assert rotate_logs.put_logs_aside(tmp_path, limit_bytes=50) == ["writer.log"]

        log.write(b"new line\n")
    assert (tmp_path / "writer.log").read_bytes() == b"new line\n"
    assert (tmp_path / "writer.log.1").read_bytes() == b"old line\n" * 10
    assert (tmp_path / "reader.log").read_bytes() == b"short\n"


def test_nothing_to_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rotate_logs, "ROOT", tmp_path)

    assert rotate_logs.main() == 0

    assert capsys.readouterr().out == "Put aside: nothing.\n"
