"""The command line: each command parses, calls one room, and prints or writes what comes back."""
