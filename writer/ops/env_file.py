"""Makes `.env` and adds the secrets it lacks: `python -m writer.ops.env_file`, which restart.sh runs first.

What stands there is never changed, and a disk that is full leaves the file as it was.
"""

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from writer import config
from writer.config import ROOT, ConfigError

SECRETS = ("SECRET_KEY", "WEBHOOK_SHARED_SECRET", "CONFIG_ENCRYPTION_KEY")
OWNER_ONLY = 0o600


def complete(file: Path, example: Path, environment: Mapping[str, str]) -> list[str]:
    """Have in `file`, made from `example` where there is none, each secret that `environment` does not have.

    Return a sentence for each thing done. Raises ConfigError where the file cannot be read or written.
    """
    is_new = not file.exists()
    try:
        text = (example if is_new else file).read_bytes().decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{file.name} cannot be read: save it as UTF-8.") from None
    given = config.parse(text)
    missing = [name for name in SECRETS if not given.get(name) and not environment.get(name)]
    for name in missing:
        text = _with(text, name, Fernet.generate_key().decode())
    if is_new or missing:
        _replace(file, text)
    made = ["Wrote .env with the settings of this copy."] if is_new else []
    return [*made, *(f"Wrote a new {name} into .env." for name in missing)]


def _with(text: str, name: str, value: str) -> str:
    """Return the text of a `.env` with a value on the line that has none, or on a new last line."""
    empty = re.compile(rf"^([ \t]*(?:export[ \t]+)?{name}[ \t]*=)[ \t]*(?=\r?$)", re.MULTILINE)
    if empty.search(text):
        return empty.sub(rf"\g<1>{value}", text, count=1)
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    return f"{text}{gap}{name}={value}{end}"


def _replace(file: Path, text: str) -> None:
    """Have `file` hold the text, wholly or not at all, with the owner and the rights it had."""
    file = file.resolve()
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        with open(descriptor, "wb") as written:
            if file.exists():
                stat = file.stat()
                os.fchmod(descriptor, stat.st_mode & 0o7777)
                with suppress(PermissionError):
                    os.fchown(descriptor, stat.st_uid, stat.st_gid)
            written.write(text.encode())
            written.flush()
            os.fsync(descriptor)
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"{file.name} could not be written and is as it was: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def main() -> int:
    """Complete the `.env` of this copy; print what was done, or a sentence and exit status 1."""
    try:
        for sentence in complete(ROOT / ".env", ROOT / ".env.example", config.environment()):
            print(sentence)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
