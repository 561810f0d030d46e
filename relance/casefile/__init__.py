"""What travels inside a case file and runs without Relance: its verifier, in plain Python."""
