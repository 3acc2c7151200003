#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr events: the three formats, the selections, and what is said of a trace that lacks something.
. "$(dirname "$0")/lib.sh"

# The same as `tool events`. What other programs do on this machine meanwhile is recorded too, and left out, which is
# said: not here.
events()
{
	tool events "$@"
	sed -i '/left out: other programs/d' "$dir/err"
}

json() # json CONDITION EXPRESSION: a line for each object `e` of $dir/out that meets the condition, in Python
{
	python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
    e = json.loads(line)
    if eval(sys.argv[2]):
        print(eval(sys.argv[3]))' "$dir/out" "$1" "$2"
}

is() # is WANTED GOT
{
	test "$1" = "$2" || echo "got '$2', should be '$1'; "
}

tool record -o "$dir/trace" -- "$BUILD/examples/condition"
check "record" "$(status_is 0)"

events "$dir/trace"
check "text: a line an event, with words, names for ids, function and line" "$(
	status_is 0
	is_empty err
	has out '^ +0\.000000000  MainThread +thread_start +MainThread '
	has out ' c1 +lock_acquired +condition +kind=rlock mode=exclusive depth=1  consumer examples/condition\.c:[0-9]+$'
	has out ' cond_wait +condition +lock=condition timeout=none '
	has out ' cond_woken +condition +result=notified waker=p '
	has out ' cond_notify +condition +asked=all woken=2  producer '
	has out ' thread_start +c1 .* target=consumer recording="[^"]+" '
	lacks out ' limit='
	lacks out ' via '
	has out ' log_message +level=DEBUG text="Making resource available" '
	has out ' thread_exit +c1 +how=returned$'
)"
all=$(wc -l <"$dir/out")
cp "$dir/out" "$dir/text"

events --format json "$dir/trace"
check "json: an object a line, as many as lines of text" "$(status_is 0; is_empty err; lines out "$all")"
if command -v python3 >/dev/null; then
	check "json: fields are words and numbers, sites are objects" "$(
		is 'rlock 1 consumer True' "$(json 'e["event"] == "lock_acquired" and e["thread"] == "c1"' \
			'e["kind"], e["depth"], e["site"]["function"], e["site"]["line"] > 0' | sed -n 1p | tr -d "(),'")"
		is None "$(json 'e["event"] == "cond_wait"' 'e["timeout_ns"]' | sed -n 1p)"
		is False "$(json 'e["event"] == "log_message"' '"name" in e or "id" in e' | sort -u)"
		is consumer "$(json 'e["thread"] == "c1" and e["event"] == "thread_start"' 'e["target_function"]')"
	)"
	check "json: in order of time, from 0" "$(
		json True 'e["relative_ns"]' >"$dir/times"
		is 0 "$(head -1 "$dir/times")"
		sort -n -c "$dir/times" 2>&1
	)"
else
	skip "what is in the JSON: no python3"
fi

events --format csv "$dir/trace"
check "csv: a head and as many lines, which end as RFC 4180 has it" "$(
	status_is 0
	lines out $((all + 1))
	is "$((all + 1))" "$(grep -c "$(printf '\r')\$" "$dir/out")"
	has out '^time_ns,relative_ns,pid,thread,thread_id,event,name,id,kind,mode,'
	! command -v python3 >/dev/null || python3 -c '
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8")))
if len({len(row) for row in rows}) != 1:
    print("rows of different lengths")' "$dir/out"
)"

events --thread 'c?' --object 'cond*' "$dir/trace"
check "--thread and --object select" "$(status_is 0; has out ' c1 '; has out ' c2 '; lacks out ' p '; lacks out log_message)"
moment=$(awk '$2 == "c2" && $3 == "thread_start" { print $1 }' "$dir/text")
events --from "$moment" --to "$moment" "$dir/trace"
check "--from and --to select, to the nanosecond" "$(status_is 0; lines out 1; has out ' c2 +thread_start ')"
events --from 9999 "$dir/trace"
check "nothing selected is no error" "$(status_is 0; is_empty out)"

events --format xml "$dir/trace"
check "an unknown format" "$(status_is 2; lines err 1; has err 'use text, json or csv')"
events --from soon "$dir/trace"
check "a time that is none" "$(status_is 2; lines err 1)"
events
check "no trace given" "$(status_is 2; lines err 1)"
events --help
check "--help" "$(status_is 0; has out 'trace-thr events'; is_empty err)"
events --version
check "--version" "$(status_is 0; lines out 1)"

# Names that are no UTF-8 are repaired, not left out: by every reader of this trace.
cat >"$dir/bytes.c" <<'END'
#include <trace_thr.h>
static tthr_lock lock = TTHR_LOCK_INIT("lock\xff\xfe, \"one\"");
static void *work(void *arg)
{
	TTHR_WITH (&lock)
		tthr_log_error("text\x80");
	return arg;
}
int main(void)
{
	tthr_thread *thread;
	if (tthr_thread_new(&thread, &(struct tthr_thread_options){.name = "thread\xc3", .target = work}) ||
	    tthr_thread_start(thread))
		return 1;
	tthr_thread_unref(thread);
	return 0;
}
END
run ${CC:-gcc} -g -I"$(dirname "$0")/../../libtrace_thr/include" -o "$dir/bytes" "$dir/bytes.c" -L"$BUILD" -ltrace_thr \
	-Wl,-rpath,"$BUILD" -pthread
check "a program with such names is built" "$(status_is 0)"
tool record -q -o "$dir/bytes_trace" -- "$dir/bytes"
events --format json "$dir/bytes_trace"
check "json: names that are no UTF-8" "$(
	status_is 0
	python3 -c '
import json, sys
events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
names = {e.get("name") for e in events} | {e["thread"] for e in events} | {e.get("text") for e in events}
for name in "lock\ufffd\ufffd, \"one\"", "thread\ufffd", "text\ufffd":
    if name not in names:
        print("no", ascii(name), "in", ascii(names))' "$dir/out" 2>&1
)"
events --format csv "$dir/bytes_trace"
check "csv: the same" "$(status_is 0)$(python3 -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
if "lock\ufffd\ufffd, \"one\"" not in {row["name"] for row in rows} or "thread\ufffd" not in {row["thread"] for row in rows}:
    print(ascii(rows[-1]))' "$dir/out" 2>&1)"
for reader in 'check --format json' 'check --format sarif' 'stats --format json' 'timeline --format svg' timeline events; do
	# Of several words.
	# shellcheck disable=SC2086
	LC_ALL=C.UTF-8 tool $reader "$dir/bytes_trace"
	check "$reader: what it writes is UTF-8" "$(status_is 0)$(iconv -f UTF-8 "$dir/out" 2>&1 >/dev/null)"
done
tool stats --format json "$dir/bytes_trace"
check "stats: with the name" "$(python3 -c '
import json, sys
names = {o["name"] for o in json.load(open(sys.argv[1], encoding="utf-8"))["objects"]}
if "lock\ufffd\ufffd, \"one\"" not in names:
    print(ascii(names))' "$dir/out" 2>&1)"

# Limits and call chains.
if ldconfig -p | grep -q 'libunwind\.so\.8'; then
	tool record --stack 8 -o "$dir/nested" -- "$BUILD/tests/tool/nested"
	events "$dir/nested"
	check "text: limits, and the functions that led there" "$(
		status_is 0
		is_empty err
		has out ' lock_acquired +queue +kind=lock mode=exclusive depth=1 limit=timed  work .*nested\.c:[0-9]+ via main$'
		has out ' lock_acquired +queue +kind=lock mode=exclusive depth=1 limit=try  work .*nested\.c:[0-9]+ via main$'
		has out ' lock_acquired +queue +kind=lock mode=exclusive depth=1  insert .*nested\.c:[0-9]+ via work < main$'
		has out ' sem_acquired +places +value=0 waker=nobody limit=try  insert .*nested\.c:[0-9]+ via work < main$'
		has out ' lock_released +queue +kind=lock mode=exclusive depth=0  insert .*nested\.c:[0-9]+$'
	)"
	events --format csv "$dir/nested"
	check "csv: a column for the limit, one for the chain" "$(
		status_is 0
		has out '^time_ns,.*,limit,.*,recording,stack,caller,'
		has out ',sem_acquired,places,.*,try,.*,work < main( < [^,]*)?,0x[0-9a-f]+,insert,'
	)"
	events --format json "$dir/nested"
	if command -v python3 >/dev/null; then
		check "json: an object a frame" "$(
			is 'none work,main' "$(json 'e["event"] == "lock_acquired" and e["site"]["function"] == "insert"' \
				'e["limit"] + " " + ",".join(f["function"] for f in e["stack"][:2])')"
			is True "$(json 'e["event"] == "sem_acquired"' 'all(f["address"].startswith("0x") and \
				f["line"] > 0 and f["file"] and f["module"] == "nested" for f in e["stack"][:2])')"
			is '[]' "$(json 'e["event"] == "lock_released"' 'e["stack"]' | sort -u)"
		)"
	fi
else
	skip "call chains: no libunwind"
fi

# Another build lies where the program lay: its symbols would be lies.
cp "$BUILD/examples/lock_with" "$dir/prog"
LD_LIBRARY_PATH=$BUILD tool record -o "$dir/changed" -- "$dir/prog"
cp "$BUILD/examples/simple" "$dir/prog"
events "$dir/changed"
check "a changed program is named, and none of its functions" "$(
	status_is 0
	lines err 1
	has err "prog .*another build"
	has out ' prog\+0x[0-9a-f]+$'
	lacks out 'examples/'
)"
rm "$dir/prog"
events "$dir/changed"
check "a program that is gone: module and offset" "$(status_is 0; is_empty err; has out ' prog\+0x[0-9a-f]+$')"

# As recorded by hand without the state dump.
rm "$dir"/trace/ust/uid/*/*/modules_* "$dir"/trace/ust/uid/*/*/index/modules_*
events "$dir/trace"
check "a trace without the state dump: addresses, and how to record it" "$(
	status_is 0
	lines out "$all"
	lines err 1
	has err 'docs/events.md'
	has out ' [?][+]0x[0-9a-f]+$'
)"

if test -w /dev/full; then
	status=0
	"$TOOL" events "$dir/trace" >/dev/full 2>"$dir/err" || status=$?
	: >"$dir/out"
	check "no room for the output" "$(status_is 2; lines err 1; has err 'No space left')"
fi
finish
