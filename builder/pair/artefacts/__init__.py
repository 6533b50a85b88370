"""Artefacts: whether edits give themselves away, and whether that tells the answer."""
