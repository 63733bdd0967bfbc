"""Revenue of any days: beside the same time before, and the orders that each number is made of."""

from writer.reports.revenue.figures import Comparison, Figures, Money, compare, earned
from writer.reports.revenue.ranges import CHOICES, Range

__all__ = ["CHOICES", "Comparison", "Figures", "Money", "Range", "compare", "earned"]
