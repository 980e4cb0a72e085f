"""The limits that Discord sets to messages, components and commands."""
