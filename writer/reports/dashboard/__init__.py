"""Dashboard: what needs looking at now, from every room. The top of the house: nobody calls it."""
