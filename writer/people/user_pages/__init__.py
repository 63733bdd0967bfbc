"""Pages and commands with which an admin manages users and API tokens. No other room calls this one."""

__all__: list[str] = []
