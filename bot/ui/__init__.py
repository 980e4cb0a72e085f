"""From answers, articles and reports to messages within Discord's limits. Pure."""
