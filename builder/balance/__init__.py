"""Balance: the largest balanced subset of the items, with partners and reasons."""
