"""Looking at a published folder: items, partners, adversaries, removed items, answers of models, explanations.

Everything but `page/` is without Gradio: what is asked for, which rows that are, and what is told of them.
"""
