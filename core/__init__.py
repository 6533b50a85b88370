"""The ground floor, which knows no other folder: errors, items, answers, partners, images, ceilings, intervals."""
