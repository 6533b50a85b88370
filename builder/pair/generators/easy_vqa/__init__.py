"""Constructed partners for easy-VQA: one coloured shape on a plain background, read from the pixels and drawn again."""
