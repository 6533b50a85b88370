"""Edits of photographs: things are removed or pasted; the rest stays as it was written."""
