# SPDX-License-Identifier: MIT
# What the program made is told, or counted as untold: the posts of a handler at 10 kHz, and the calls of destructors
# in each round of a thread's end. A thread that makes its first call in a handler, before its start, is one thread.
. "${0%/*}/lib.sh"

# records MODE: $made is what the program says, $told and $untold what the trace does.
records()
{
	rm -rf "$dir/trace"
	tool record -q --preload -o "$dir/trace" -- "$programs/untold" "$1"
	of_record=$status
	cp "$dir/err" "$dir/said"
	made=$(sed -n 's/^posts //p' "$dir/out")
	babeltrace2 --no-delta "$dir/trace" >"$dir/raw"
	told=$(grep -c ' trace_thr:sem_released:' "$dir/raw")
	untold=$(sed -n 's/.* trace_thr:untold: .* n = \([0-9]*\).*/\1/p' "$dir/raw" | awk '{ n += $1 } END { print n + 0 }')
}
said() { cp "$dir/said" "$dir/err"; }
is() { test "$1" = "$2" || echo "$1, should be $2; "; }

# judged STATUS: both readers come to it.
judged()
{
	status=$of_record
	said
	check "$mode: what record says of it" "$(status_is "$1")$(test "$untold" = 0 && is_empty err ||
		has err "$untold calls? of the program lost")"
	for reader in fast babeltrace; do
		TRACE_THR_READER=$reader
		export TRACE_THR_READER
		tool check "$dir/trace"
		check "$mode: what check says of it, by the reader $reader" \
			"$(status_is "$1")$(test "$untold" = 0 || has err "$untold calls of the program lost")"
	done
	unset TRACE_THR_READER
}

mode=posts
records $mode
check "posts: all are told, or counted" "$(is $((told + untold)) "$made")"
check "posts: nearly all are told" "$(test $((untold * 100)) -le "$made" || echo "$untold of $made are not; ")"
judged "$(test "$untold" = 0 && echo 0 || echo 3)"

# Those of the third round, of keys that were made after ours, come after the thread has told its end.
mode=rounds
records $mode
locks=$(grep -c ' trace_thr:lock_released:' "$dir/raw")
check "rounds: all are told, or counted" "$(is $((told + 2 * locks + untold)) $((3 * made)))"
check "rounds: those of the first two are told" "$(is $made 4)$(test "$told" -ge 2 || echo "$told are; ")$(
	test "$locks" -ge 2 || echo "$locks locks are; ")"
check "rounds: the thread's end is its last event" "$(awk '/thread_id = [2-9]/ { last = $0 } END { print last }' "$dir/raw" |
	grep -q ' trace_thr:thread_exit:' || echo "it is not")"
judged "$(test "$untold" = 0 && echo 0 || echo 3)"

mode=window
records $mode
check "window: all are told, of 20 threads" "$(is "$made" 20)$(is "$told" 20)$(is "$untold" 0)"
check "window: each of them starts and ends once" \
	"$(is "$(grep -c ' trace_thr:thread_start:' "$dir/raw")" 21)$(is "$(grep -c ' trace_thr:thread_exit:' "$dir/raw")" 21)$(
		is "$(sed -n 's/.* trace_thr:thread_start:.* native_id = \([0-9]*\).*/\1/p' "$dir/raw" | sort -u | wc -l)" 21)"
# ids EVENT: of the threads that it is about.
ids() { sed -n "s/.* trace_thr:$1:.* name = \"Thread-[^\"]*\", id = \([0-9]*\),.*/\1/p" "$dir/raw" | sort -n; }
ids thread_create >"$dir/created"
ids thread_start >"$dir/started"
check "window: what starts is what was made" "$(is "$(wc -l <"$dir/created")" 20)$(differs "$dir/created" "$dir/started")"
judged 0
finish
