"""Language models as blind adversaries: loading them, asking them, and scoring and reading their replies."""
