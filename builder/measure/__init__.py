"""Measure: groups, folds and blind baselines, once per content."""
