"""What the README's figures come from: `python -m benchmarks` measures, prints a table and writes results.json.

Never here: a figure typed by hand, a promise about time in a test (machines differ, ratios of one run do not).
"""
