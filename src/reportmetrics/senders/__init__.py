"""Workbooks that go out to those who send: refused rows to mend, entry forms to fill in."""
