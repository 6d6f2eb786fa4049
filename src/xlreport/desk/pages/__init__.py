"""The pages, a module for each part of the work; each reads what it shows from the campaign."""
