"""The command line. The door: `app.main` runs it."""
