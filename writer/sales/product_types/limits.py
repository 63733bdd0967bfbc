"""The largest lengths of model, variant and SKU."""

MAX_NAME = 40
MAX_SKU = 100
