"""Services of the bot, free of Discord's objects: questions, articles, permissions, rate limits, records."""
