"""Answers: how a reply is read, and whether it gives the gold answer."""
