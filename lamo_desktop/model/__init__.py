"""The model package, the one prompt, and the engine that scores with them in a process of its own."""
