"""Evaluation: how well a model answers a published folder, and how well it answers blind."""
