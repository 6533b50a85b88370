"""The contract of rules, as tests that the author of a rule can run on it."""
