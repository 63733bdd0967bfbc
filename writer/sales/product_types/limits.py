"""How long what a person writes into the catalogue may be."""

MAX_NAME = 40
MAX_SKU = 100
