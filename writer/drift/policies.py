"""What may be done about a number that nothing explains, as the owner reads it."""

POLICIES = {
    "enforce": "Write our number there, keep the difference in the log",
    "adopt": "Take their number over, as one movement",
    "ask": "Ask me each time",
}
