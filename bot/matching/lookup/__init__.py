"""What an address, a number or a name says by itself: looked up in tables, never opened or asked.

The classifier does not see any of it, so a change here needs no new training.
"""
