"""Runs docker compose with the settings of this copy: `python -m writer.ops.compose up --detach`.

Compose would read `.env` by a rule of its own, which replaces what looks like a variable; so it is handed the
values as the services themselves would read them, and no file.
"""

import os
import sys

from writer import config


def main(arguments: list[str]) -> int:
    """Become docker compose; exit status 1 with a sentence where `.env` cannot be read."""
    try:
        environment = config.environment()
    except config.ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    command = ["docker", "compose", "--env-file", "/dev/null", *arguments]
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
