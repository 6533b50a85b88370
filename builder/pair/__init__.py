"""Counterfactual partners, mined from the corpora or constructed: the edges that an item's vertices lack."""
