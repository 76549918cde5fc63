# The named paces and their sources.
plancost outlook --cost-decline list
