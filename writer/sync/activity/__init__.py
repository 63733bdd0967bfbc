"""Activity: what was delivered, read and pushed, and what failed, of every store in one list."""
