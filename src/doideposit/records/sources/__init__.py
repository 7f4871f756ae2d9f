"""Where records come from: record files, tables and finished documents, each read into fields that know their line."""
