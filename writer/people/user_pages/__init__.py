"""Admin: users and tokens as an admin keeps them, on pages and by command. Nobody calls it."""

__all__: list[str] = []
