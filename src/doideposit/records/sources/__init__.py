"""Where records come from: record files, tables, headers of documents; each read into fields that know their line."""
