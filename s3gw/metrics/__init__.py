"""What a gateway measures: the catalogue, the memory its processes share for it, and the text a scrape gets.

It knows nothing of the rest of the gateway. Each process writes to a slot of its own; whoever is asked adds
the slots up.
"""
