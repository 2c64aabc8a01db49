"""Evidence: what a run leaves behind. `model` is the record; the others each write one artefact of it."""
