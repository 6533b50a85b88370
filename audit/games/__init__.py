"""Games: the players of an item, the values of their coalitions, and their synergy."""
