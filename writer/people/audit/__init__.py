"""Audit: who changed what, and when."""

from writer.people.audit.actions import note

__all__ = ["note"]
