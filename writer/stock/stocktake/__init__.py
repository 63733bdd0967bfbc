"""Stock take: counts entered on a page, or in the stock list as a CSV file. No other room calls this one."""

__all__: list[str] = []
