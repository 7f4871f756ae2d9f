"""What Crossref has of a DOI, in the words of a record file; how it differs from what is to be sent; what may go."""
