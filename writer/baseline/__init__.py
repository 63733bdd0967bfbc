"""The baseline: where the counts start from when a store is first pushed to, chosen by the owner."""
