"""The command line. The door: `app.main` runs it, `app.entry_point` is the console script."""
