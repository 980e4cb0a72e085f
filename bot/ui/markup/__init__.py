"""Discord's markup: escaping, length limits, layout, pages."""
