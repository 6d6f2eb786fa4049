"""Form definitions: the model, loading from YAML, and the check language."""
