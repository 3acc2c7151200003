# SPDX-License-Identifier: MIT
# C++20's std::future, latch, barrier, counting_semaphore and atomic: each of their waits is told, and how it ended; and
# who waits with nobody left is found.
. "${0%/*}/lib.sh"

tool record -q --preload -o "$dir/passes" -- "$programs/futex_cxx" passes
check "waits that end: the program is as it was" "$(status_is 0)$(is_empty out)$(is_empty err)"
tool check "$dir/passes"
check "nothing is found" "$(status_is 0)"
# The events of a wait, in the order of its thread: it may find the word changed, or be woken for another's sake, and
# wait again; the last end is by a wake.
tool events --format json "$dir/passes"
for wait in in_future in_latch in_barrier in_semaphore in_atomic; do
	check "$wait: waits, is woken, and was by the main thread" "$(
		python3 - "$dir/out" $wait <<'END'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
wait = next((e for e in events if e["event"] == "futex_wait" and
             any(s.get("function", "").endswith(sys.argv[2]) for s in [e["site"]] + e["stack"])), None)
if not wait:
    sys.exit("no futex_wait")
its = [e for e in events if e["thread_id"] == wait["thread_id"] and e["event"].startswith("futex_wo")]
if wait["timeout_ns"] is not None or wait["shared"]:
    print(wait)
if [e["result"] for e in its if e["result"] not in ("changed", "notified")] or its[-1]["result"] != "notified":
    print(its)
if not [e for e in events if e["event"] == "futex_wake" and e["thread"] == "MainThread" and e["id"] == its[-1]["id"]
        and e["woken"] >= 1]:
    print("no futex_wake")
END
	)"
done
tool stats "$dir/passes"
check "stats has the waits" "$(status_is 0)$(has out latch)"
tool timeline "$dir/passes"
check "so has the timeline" "$(status_is 0)$(has out 'futex_cxx.cc:')"

tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/hangs" -- "$programs/futex_cxx" hangs
check "waits that do not" "$(status_is 66)$(has err '^trace-thr: 5 deadlocks, 0 inv')$(lacks err 'ended after')"
for wait in in_future in_latch in_barrier in_semaphore in_atomic; do
	check "$wait is stuck" "$(has err "waits for +futex .* at .*$wait .*futex_cxx.cc:[0-9]+")"
done
check "a word that is no variable is named by where it is first waited on" "$(has err 'futex "futex_cxx.cc:[0-9]+"')"
tool check "$dir/hangs"
check "check finds the same in the trace" "$(status_is 1)$(has out '^trace-thr: 5 deadlocks,')"
finish
