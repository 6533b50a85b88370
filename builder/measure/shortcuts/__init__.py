"""Shortcuts: what wordings and options give away, in words."""
