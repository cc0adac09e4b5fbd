"""The files of imports, as the store keeps them."""
