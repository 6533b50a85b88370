"""CLEVR: programs executed on complete scenes."""
