"""The shared wire between one concentrator and its meters."""
