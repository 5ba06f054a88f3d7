"""Everything that happens, happens in a step: one module each."""
