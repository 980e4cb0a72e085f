"""Programs that tests start: forked ones, a Chroma server, free ports."""
