"""What the scripts of bench/ share. A script imports this library and no other script."""
