"""Judges: models that verify edits before they become items."""
