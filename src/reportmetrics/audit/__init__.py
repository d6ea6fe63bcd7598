"""What an auditor asks of a publication: which rows, is it whole, what changed since the last one."""
