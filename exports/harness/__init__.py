"""What runs in a harness: modules whose text is written into exports, together with those of `audit` that they use.

Nothing here is imported by twokeys itself; where an export runs there may be no twokeys.
"""
