"""Comparison: evaluations of the same benchmark side by side, with paired differences."""
