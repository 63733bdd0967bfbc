"""Settings: one page that leads to whatever can be set, and shows what is set in `.env`."""
