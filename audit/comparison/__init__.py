"""Comparison: evaluations of one benchmark side by side, with paired differences."""
