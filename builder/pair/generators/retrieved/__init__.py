"""Retrieved partners: another image of a pool about which the same question has another answer."""
