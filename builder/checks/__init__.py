"""Checks: what `twokeys verify` recounts, one file for each claim."""
