# SPDX-License-Identifier: MIT
# The worker numbers its tries from 1, and ends with the one that is its third success.
function complain(text)
{
	print text
	wrong = 1
}

/Iteration/ {
	tries++
	if ($4 != tries ":")
		complain("not number " tries ": " $0)
	acquired += $5 == "Acquired"
}

/Done after/ {
	if (acquired != 3 || $5 != tries)
		complain(acquired " times acquired in " tries " tries: " $0)
}

END { exit wrong }
