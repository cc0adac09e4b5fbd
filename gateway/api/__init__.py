"""The JSON API under /api/v1: public reads from the read model, commands and private reads from their services."""
