"""A published folder as files that run in other people's harnesses: one file per format, and what runs there."""
