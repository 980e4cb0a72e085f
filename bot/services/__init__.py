"""What the bot does, free of Discord's objects: questions, answers, permissions, rate limits."""
