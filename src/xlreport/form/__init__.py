"""Form definitions: the model of a form, its definition file, and the check language.

Others use `model` (Form and what it is made of), `expression` (the nodes of the check language),
`catalog` (forms by id or path), `loader` (a definition from its text) and `yaml_source`
(FormError). Nothing is re-exported here: `model` must load in workers without YAML and pydantic,
which `loader` needs.
"""
