# SPDX-License-Identifier: MIT
# Compares what an example printed with what the tutorial says it prints:
#
#     awk -f compare.awk NAME.expected OUTPUT
#
# prints what is wrong, and exits with 1 if anything is. NAME.expected reads like this:
#
#     # A comment.
#     thread worker              one thread, and below it, after a tab, its lines in their order
#     	(worker) Starting
#     *	(worker) Working       lines with a star are repeated, all together, any number of times, also not at all
#     	(worker) Exiting
#     daemon ticker              a thread that may stop after any of its lines, as the program does not wait for it
#     *	(ticker) Tick
#     order                      every line like the first comes before every line like the second, and so on
#     	(main) Starting all
#     	(<name>) Starting
#     hangs                      the program never ends: tests/examples/run then ends it
#
# Each line of the output must be the next line of one of the threads, and each thread must get to its end. What
# several threads print in any order, and nobody can tell which did, is written as so many threads of one line.
#
# A line stands for itself, but for these words in it:
#
#     <2..15> <0.10..0.50>       a number in that range, with as many decimals
#     <this|that>                one of the texts
#     <name>                     a thread's name, and the spaces that pad it
#     <time>                     as 2016-07-10 10:45:28,170
#     <address>                  as 0x7ffc3a30, the same wherever it stands in one output
#     <rest>                     any text, to the end of the line

function complain(text)
{
	print text
	wrong = 1
}

# Takes what `regex` matches off the front of `rest`, into `taken`. False if it does not match there.
function take(regex)
{
	if (!match(rest, "^" regex))
		return 0
	taken = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 1)
	return 1
}

function take_number(word,    low, high, dots, decimals)
{
	dots = index(word, "..")
	low = substr(word, 1, dots - 1)
	high = substr(word, dots + 2)
	if (!take("[0-9]+(\\.[0-9]+)?"))
		return 0
	decimals = index(low, ".") ? length(low) - index(low, ".") : 0
	if (decimals != (index(taken, ".") ? length(taken) - index(taken, ".") : 0))
		return 0
	return taken + 0 >= low + 0 && taken + 0 <= high + 0
}

function take_text(text)
{
	if (substr(rest, 1, length(text)) != text)
		return 0
	rest = substr(rest, length(text) + 1)
	return 1
}

function take_one_of(word,    texts, n, i)
{
	n = split(word, texts, "|")
	for (i = 1; i <= n; i++)
		if (take_text(texts[i]))
			return 1
	return 0
}

function take_address()
{
	if (!take("0x[0-9a-f]+") || (address != "" && taken != address))
		return 0
	address = taken
	return 1
}

# Takes what <word> stands for; if it is no word of ours, the text itself.
function take_word(word)
{
	if (word == "name")
		return take("[A-Za-z0-9_-]+ *")
	if (word == "time")
		return take("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9],[0-9][0-9][0-9]")
	if (word == "address")
		return take_address()
	if (word == "rest")
		return take(".*")
	if (word ~ /^[0-9.]+\.\.[0-9.]+$/)
		return take_number(word)
	if (index(word, "|"))
		return take_one_of(word)
	return take_text("<" word ">")
}

# Whether the line is like the pattern.
function like(line, pattern,    open, close_)
{
	rest = line
	while (match(pattern, /<[^<>]*>/)) {
		open = RSTART
		close_ = RSTART + RLENGTH - 1
		if (!take_text(substr(pattern, 1, open - 1)) || !take_word(substr(pattern, open + 1, close_ - open - 1)))
			return 0
		pattern = substr(pattern, close_ + 1)
	}
	return rest == pattern
}

# The places in thread t where the next line may be found, into places[]: mostly one, but two at the start of lines
# that repeat and after them.
function find_places(t, places,    at)
{
	at = next_at[t]
	places[1] = at
	if (starred[t, at] && !starred[t, at - 1])
		places[2] = end_of_loop(t, at)
	else if (starred[t, at - 1] && !starred[t, at])
		places[2] = start_of_loop(t, at)
	else
		return 1
	return 2
}

function end_of_loop(t, at)
{
	while (starred[t, at])
		at++
	return at
}

function start_of_loop(t, at)
{
	while (starred[t, at - 1])
		at--
	return at
}

# Gives the line to a thread. False if it is the next of none.
function place(line,    t, i, n, places)
{
	for (t = 1; t <= threads; t++) {
		n = find_places(t, places)
		for (i = 1; i <= n; i++) {
			if (places[i] <= length_of[t] && like(line, pattern_of[t, places[i]])) {
				next_at[t] = places[i] + 1
				return 1
			}
		}
	}
	return 0
}

# A line must not come once a line that belongs after it, by the o'th order, has come.
function check_order(line, o,    i)
{
	for (i = 1; i <= steps[o]; i++) {
		if (like(line, step[o, i])) {
			if (reached[o] > i)
				complain("too late: " line "\n  must come before: " reached_by[o])
			else if (reached[o] < i) {
				reached[o] = i
				reached_by[o] = line
			}
			return
		}
	}
}

function check_ends(    t, places, n)
{
	for (t = 1; t <= threads; t++) {
		n = find_places(t, places)
		if (places[1] <= length_of[t] && !(n == 2 && places[2] > length_of[t]) && !is_daemon[t])
			complain("missing: " pattern_of[t, next_at[t]])
	}
}

FNR == NR && /^(#|hangs$|$)/ { next }
FNR == NR && /^(thread|daemon) / {
	threads++
	is_daemon[threads] = $1 == "daemon"
	next_at[threads] = 1
	ordering = 0
	next
}
FNR == NR && /^order$/ { orders++; ordering = 1; next }
FNR == NR && /^\t/ && ordering { step[orders, ++steps[orders]] = substr($0, 2); next }
FNR == NR && /^\*?\t/ && threads {
	pattern_of[threads, ++length_of[threads]] = substr($0, index($0, "\t") + 1)
	starred[threads, length_of[threads]] = /^\*/
	next
}
FNR == NR { complain(FILENAME ":" FNR ": not understood: " $0); next }

{
	if (!place($0))
		complain("not expected here: " $0)
	for (o = 1; o <= orders; o++)
		check_order($0, o)
}

END {
	check_ends()
	exit wrong
}
