"""What keeps the services running: processes, cron, checks before a start, health."""
