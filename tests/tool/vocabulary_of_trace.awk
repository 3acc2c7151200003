# SPDX-License-Identifier: MIT
# The provider's events in the metadata of a trace: `event level field:type …`, a word's type with its words.
/^event \{/ { event = ""; level = ""; fields = "" }
/^\tname = "trace_thr:/ { split($3, part, /[:"]/); event = part[3] }
/^\tloglevel = / { level = $3 + 0 }
/^\};/ && event { print event, level, fields; event = "" }
!event { next }
/enum : integer/ { words = ""; next }
/^\t*"/ {
	match($0, /".*"/)
	words = words (words ? ", " : "") substr($0, RSTART + 1, RLENGTH - 2) " " $NF + 0
	next
}
/ __[a-z_]*_length;$/ { next }
/ _[a-z_]*\[ __[a-z_]*_length \];$/ {
	split($0, part, / _|\[/)
	fields = fields " " part[2] ":" (/size = 8;/ ? "bytes" : /base = 16/ ? "addresses" : "sequence")
	next
}
/ _[a-z_]*;$/ {
	name = substr($NF, 2, length($NF) - 2)
	if (/^\t\tstring/)
		type = "text"
	else if (/^\t\t\}/)
		type = "word(" words ")"
	else if (/base = 16/)
		type = "address"
	else {
		match($0, /size = [0-9]*/)
		type = (/signed = 0/ ? "u" : "i") substr($0, RSTART + 7, RLENGTH - 7)
	}
	fields = fields (fields ? " " : "") name ":" type
}
