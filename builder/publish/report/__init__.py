"""The contents of `report.html`, from the rows of a build or of a diagnosis."""
