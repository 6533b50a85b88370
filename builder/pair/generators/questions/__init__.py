"""Question partners: the same picture, a question that differs in a phrase, the other answer."""
