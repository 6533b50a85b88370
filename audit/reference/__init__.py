"""Reference models: three families, about a million weights each, trained from scratch on easy-VQA; weights ship."""
