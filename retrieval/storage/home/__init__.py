"""The files of a data folder: names, locks, atomic replacement, index state."""
