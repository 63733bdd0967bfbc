"""What crontab, restart.sh and shells run: `python -m writer.commands.<name>`."""
