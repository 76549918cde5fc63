# In blocks.
plancost budget --heads 500 --cap 200 -f plain
