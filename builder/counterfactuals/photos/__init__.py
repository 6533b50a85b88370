"""Edits of photographs: objects are removed, pasted, recoloured or cropped away, and what is left is written faithfully."""
