"""What providers call: ``/hooks/<channel>/...``."""
