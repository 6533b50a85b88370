"""Publish: rows, claims, card and report, written whole into a folder."""
