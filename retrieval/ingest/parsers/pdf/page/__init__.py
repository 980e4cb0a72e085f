"""What stands on a page: words and their boxes, in reading order."""
