"""Time, money, text, logs: what knows nothing of web, database or shop. Each module is its own interface."""
