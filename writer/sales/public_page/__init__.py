"""The door of the public room: what strangers may see of the ledger. The reader shows it."""

from writer.sales.public_page.actions import set_dial
from writer.sales.public_page.queries import Dial, get_dial

__all__ = ["Dial", "get_dial", "set_dial"]
