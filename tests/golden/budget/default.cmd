# The spending of a large measured sample.
plancost budget --heads 500
