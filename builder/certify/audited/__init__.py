"""The audited tier, for items that cannot be balanced: some adversaries select the set, others give the statistics."""
