"""Shortcuts: wordings and options that reveal answers, described in words."""
