"""Certify: what is proven of the balanced set, and what the audited tier's evidence says."""
