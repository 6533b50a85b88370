"""Language models as blind adversaries: loading them, asking them, scoring and reading what they say."""
