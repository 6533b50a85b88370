"""Guesses a recipe from the files at a path: columns, images, golds, and the YAML text of the recipe."""
