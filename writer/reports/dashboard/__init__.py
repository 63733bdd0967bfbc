"""Dashboard: what needs looking at now, from every room."""

from writer.reports.dashboard.cards import draw_cards

__all__ = ["draw_cards"]
