"""The study of Mehta and Schwab (2014): its tables, and a verdict on every claim, from archives."""
