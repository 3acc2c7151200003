# SPDX-License-Identifier: MIT
# The events that docs/events.md describes, in the form of vocabulary_of_trace.awk. Reads the page twice.
BEGIN { FS = "|" }
function bare(cell) { gsub(/^ *`?|`? *$/, "", cell); return cell }
/^\| (event|field) \|/ { head = bare($2) " " bare($3); next }
/^\| ---/ { next }
!/^\|/ { if (!/^$/) head = ""; next }
NR == FNR && head == "field type" { type[bare($2)] = bare($3); next }
NR == FNR && head == "field in" { words[bare($2) " " bare($3)] = bare($4); next }
NR == FNR { next }
head == "field type" && !listed { common[++n_common] = bare($2); except[n_common] = $4; next }
head == "event fields" { listed = 1; describe(bare($2), $3) }

# The words of a field in an event: those of its own row, or of the row for every event.
function words_of(field, event,    row) {
	for (row in words)
		if (index(row, field " ") == 1 && (row == field " every" || index(row "`", event "`")))
			return words[row]
	return "?"
}
function level(event) {
	if (event ~ /^(misuse|lock_inconsistent|untold)$/)
		return 4
	if (event ~ /^module_/)
		return 10
	return event ~ /_wait$/ || event == "sem_value" ? 14 : 6
}
function describe(event, own,    i, n, names, line, field, text) {
	for (i = 1; i <= n_common; i++)
		if (!(except[i] ~ /Not in/ && index(except[i], "`" event "`")))
			line = line " " common[i]
	gsub(/`/, "", own)
	n = split(line " " own, names, / +/)
	line = event " " level(event)
	for (i = 1; i <= n; i++) {
		if (!(field = names[i]))
			continue
		used[field] = 1
		text = words_of(field, event)
		gsub(/`/, "", text)
		line = line " " field ":" (type[field] == "word" ? "word(" text ")" : type[field])
	}
	print line
}
END {
	for (field in type)
		if (!(field in used))
			print "no event has the field " field
}
