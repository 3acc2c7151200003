# SPDX-License-Identifier: MIT
# The list of who is running: a thread comes to its end, later leaves it, and there are never more than two.
function complain(text)
{
	print text
	wrong = 1
}

/Running/ {
	match($0, /\([0-9]+/)
	who = "'" substr($0, RSTART + 1, RLENGTH - 1) "'"
	match($0, /\[.*\]/)
	shown = substr($0, RSTART + 1, RLENGTH - 2)

	if (!seen[who]++)
		list = list (list == "" ? "" : ", ") who
	else if (!sub("^" who "(, )?", "", list))
		sub(", " who, "", list)

	if (shown != list)
		complain("should be [" list "]: " $0)
	if (split(shown, names, ", ") > 2)
		complain("more than two: " $0)
}

END { exit wrong }
