"""The texts about a dataset. They depend on a manifest only; nothing is imported from builder, filters or audit."""
