"""What the company and its clients do together: tasks, promises, meetings."""
