"""The audit: vision-language models and the methods that explain them, asked about a published folder."""
