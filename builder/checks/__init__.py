"""Checks: what `twokeys verify` recounts, one file a claim."""
