"""Pages and queries that join the apps. They call services and own no rule."""
