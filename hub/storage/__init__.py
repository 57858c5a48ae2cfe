"""PostgreSQL: engine, embedded server, units of work, tables, due rows."""
