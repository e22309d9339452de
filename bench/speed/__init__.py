"""How fast the gateway is, and at what cost, beside others.

`works` says what is asked for, `servers` whom, `plan` which of both make a run; `runner` goes through a plan
in turns, `measure` takes the figures of one run, `results` keeps them, `report` renders tables and plots.
"""
