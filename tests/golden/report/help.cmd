# what the page is and how it is asked for
plancost report --help
