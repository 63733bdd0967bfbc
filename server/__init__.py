"""The gunicorn worker of both services, which waits for slow clients without a thread."""
