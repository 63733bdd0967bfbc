"""What every page and API is made of, whatever it shows. Each module is its own interface."""
