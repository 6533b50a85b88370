"""Explanation: what the methods that explain a model say of its answers, and how far they can be trusted."""
