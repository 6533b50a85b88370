"""From corpora to a published folder; stands on `filters` and `data_cards`."""
