"""What a commentary is, and where its metadata comes from: record files, tables and finished documents."""
