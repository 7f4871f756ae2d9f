"""The record of the demo, as package data."""
