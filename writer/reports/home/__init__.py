"""Home: what needs somebody, how the days went beside those before, and how the stores fare."""

from writer.reports.home.needs import failing_stores, from_notices, running_out, to_ship, to_sort

__all__ = ["failing_stores", "from_notices", "running_out", "to_ship", "to_sort"]
