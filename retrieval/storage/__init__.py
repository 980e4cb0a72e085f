"""The data folder: the SQLite library, the articles in it, and the files around them."""
