"""Programs that end by SIGKILL at a chosen step."""
