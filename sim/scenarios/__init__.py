"""Worlds: where the rooms of the field are joined, and how a world is stepped, opened by URL, or served."""
