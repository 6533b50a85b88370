"""The verbs of the command: one function each, by theme; `twokeys.py` puts them together.

A verb imports what it runs when it runs, so that `twokeys --help` is quick.
"""
