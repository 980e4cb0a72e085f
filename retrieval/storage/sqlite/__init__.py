"""SQLite itself: connections, migrations, snapshots."""
