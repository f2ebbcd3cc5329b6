"""The ticker: what wakes the sweep. Holds no state of its own."""
