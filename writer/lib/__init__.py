"""Time, money, text, logs: modules that know nothing of web, database or shop. Each is its own interface."""
