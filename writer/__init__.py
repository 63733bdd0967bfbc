"""The writer: admin pages, JSON API, WooCommerce webhook and the scripts that cron drives."""
