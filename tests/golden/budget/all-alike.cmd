# A cap at what all spend stops nobody.
plancost budget --heads 10 --dist 'point(20)' --cap 10,20,30
