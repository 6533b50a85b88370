"""What is written about a dataset. Knows a manifest only; imports nothing from builder, filters or audit."""
