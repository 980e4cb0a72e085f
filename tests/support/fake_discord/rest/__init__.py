"""The HTTP API: routes, errors, rate limits, faults on demand, request bodies held against the OpenAPI document."""
