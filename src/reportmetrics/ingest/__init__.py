"""From a file in the landing folder to archive, text rows, typed rows, rejects and a ledger that balances.

Nothing is guessed and nothing is lost: what a file holds is either stored, counted as a repeat, or named with a reason.
"""
