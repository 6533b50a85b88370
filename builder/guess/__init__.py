"""Guessing a recipe from what lies at a path: files, columns, images, golds, and the text that says so."""
