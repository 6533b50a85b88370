"""Certify: the proof for the balanced set, and the evidence for the audited tier."""
