"""The contract of rules, as tests that anybody can run on a rule of their own."""
