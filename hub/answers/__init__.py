"""Ready answers and macros: what is written and done again and again."""
