"""Edits of photographs: things are removed, pasted, recoloured or cropped away; the rest stays as it was written."""
