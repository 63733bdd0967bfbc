"""Stock take: what was found is entered on a page, or in the list as a spreadsheet. Nobody calls it."""

__all__: list[str] = []
