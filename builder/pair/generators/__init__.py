"""Generators: one file or folder for each way to make a partner."""
