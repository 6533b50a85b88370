"""Intervals and tests: accuracy, excess over chance, equivalence to chance, means over groups."""
