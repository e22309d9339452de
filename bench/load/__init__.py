"""A load generator: signed requests over kept connections, from one process, at little cost of its own.

Requests are made and signed before the clock runs (`requests`), their bodies are made while they are sent
(`bodies`), one event loop over raw sockets sends them and reads the answers (`loop`), and `drive` spreads
them over connections and adds up what happened.
"""

from bench.load.bodies import Body
from bench.load.drive import Outcome, drive
from bench.load.loop import Unexpected
from bench.load.requests import Request, Target

__all__ = ["Body", "Outcome", "Request", "Target", "Unexpected", "drive"]
