"""The site of a folder of runs: every page, the feed and the data, as what each file holds."""
