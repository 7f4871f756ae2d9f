"""The command line: words in, words out. One file for each group of commands; each imports only what it uses."""
