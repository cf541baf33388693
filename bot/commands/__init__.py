"""The commands of `fanzha`; each imports what it needs when it runs, so that checks start fast."""
