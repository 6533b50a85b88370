"""Measure: groups, folds and blind baselines, once for each content."""
