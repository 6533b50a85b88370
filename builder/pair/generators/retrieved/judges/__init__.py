"""Who says what the answer about an image of the pool is: one file a judge."""
