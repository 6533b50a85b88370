"""Read: from official files to the item table."""
