"""How the result stands when something that was taken for granted is changed: one module an analysis."""
