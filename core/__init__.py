"""The ground floor, which knows no other folder: errors, items, answers, partners, pictures, ceilings, intervals."""
