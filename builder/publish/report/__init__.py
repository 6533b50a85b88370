"""What `report.html` shows: gathered from the rows of a build or of a diagnosis, and checked against them."""
