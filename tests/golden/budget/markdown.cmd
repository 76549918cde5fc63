# For a page.
plancost budget --heads 500 --cap 200 -f markdown
