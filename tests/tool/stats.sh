#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr stats: what is counted of real programs, how it is shown, and what cannot be.
. "$(dirname "$0")/lib.sh"

python() # python EXPRESSION: what it gives of the JSON `s` in $dir/out; nothing for True
{
	python3 -c '
import json, sys
s = json.load(open(sys.argv[1], encoding="utf-8"))
wrong = eval(sys.argv[2])
if wrong is not True:
    print(wrong)' "$dir/out" "$1"
}

tool record -q -o "$dir/trace" -- "$BUILD/examples/lock"
tool stats "$dir/trace"
check "text: a table of locks, of other waits, of threads, of sites" "$(
	status_is 0
	has out '^[0-9]+ events in '
	has out '^LOCKS +waits +gave up +waited +longest +acquired +held +longest$'
	has out '^lock "Counter\.lock" .* 4 +[0-9.]+ [nµm]?s +[0-9.]+ [nµm]?s$'
	has out '^OTHER WAITS +waits +gave up +waited +longest$'
	has out '^thread "Thread-[12]" +1 +- +[0-9.]+ [nµm]?s'
	has out '^THREADS, LOCKS '
	has out '^Thread-1 .* 2 +[0-9.]+ [nµm]?s +[0-9.]+ [nµm]?s$'
	has out '^SITES '
	has out '^counter_increment examples/lock\.c:[0-9]+ .* 4 +[0-9.]+ [nµm]?s'
)"
tool stats --object 'Counter.*' --top 1 "$dir/trace"
check "one object, one row a table" "$(
	status_is 0
	lacks out 'OTHER WAITS'
	has out '^1 more \(--top 0 shows all\)$'
)"
tool stats -f json "$dir/trace"
check "json: the same" "$(
	status_is 0
	python '[o["usage"]["acquired"] for o in s["objects"] if o["name"] == "Counter.lock"] == [4]'
	python 'sorted(t["name"] for t in s["threads"]) == ["MainThread", "Thread-1", "Thread-2"]'
	python 'all(f["file"] == "examples/lock.c" for e in s["sites"] for f in e["frames"])'
	python 's["lost"] == 0 and s["version"] == 1'
)"

tool record -q --preload -o "$dir/nested" -- "$BUILD/tests/preload/rwlock"
tool stats --chains --top 0 "$dir/nested"
check "of another program, with the chains of calls" "$(
	status_is 0
	has out '^rwlock "'
	has out '^    main tests/preload/rwlock\.c:[0-9]+$'
)"

for options in "--format xml $dir/trace" "--sort name $dir/trace" "--from x $dir/trace" "--from 2 --to 1 $dir/trace" \
	"--top -1 $dir/trace" "" "$dir/trace $dir/trace" "$dir/nothing" "--bogus $dir/trace"; do
	# shellcheck disable=SC2086 # words
	tool stats $options
	check "bad use is told in a line: stats ${options##*/}" "$(status_is 2)$(lines err 1)$(is_empty out)"
done
finish
