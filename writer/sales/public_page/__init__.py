"""The public page: its privacy settings. The reader serves the page itself."""

from writer.sales.public_page.actions import set_dial
from writer.sales.public_page.explain import explain, list_months
from writer.sales.public_page.queries import Dial, get_dial, total_with

__all__ = ["Dial", "explain", "get_dial", "list_months", "set_dial", "total_with"]
