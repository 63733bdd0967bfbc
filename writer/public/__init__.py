"""The door of the public room: what strangers may see of the ledger. The reader shows it."""

from writer.public.actions import set_dial
from writer.public.queries import Dial, get_dial

__all__ = ["Dial", "get_dial", "set_dial"]
