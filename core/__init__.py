"""The ground floor, which imports no other folder: errors, items, answers, partners, images, ceilings, intervals."""
