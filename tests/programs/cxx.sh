#!/bin/sh
# SPDX-License-Identifier: MIT
# C++: std::thread, the mutexes, std::condition_variable, std::call_once, std::async.
. "$(dirname "$0")/lib.sh"
same cxx "$programs/cxx"
has_events cxx thread_create thread_join_done lock_acquired lock_released cond_wait cond_notify
has_threads cxx 9
# wait_for waits by another function than wait does.
grep ',cond_wait,' "$dir/cxx.csv" | cut -d, -f5,32 | sed -n 's/,[1-9].*//p' | sort -u >"$dir/out"
check "cxx: each of four threads waits with a limit" "$(lines out 4)"
cut -d, -f6,9,10,14 "$dir/cxx.csv" | sort -u >"$dir/out"
check "cxx: std::timed_mutex" "$(has out '^lock_acquired,mutex,exclusive,timed$')"
check "cxx: std::shared_lock" "$(has out '^lock_acquired,rwlock,shared,none$')"
check "cxx: std::scoped_lock" "$(has out '^lock_acquired,mutex,exclusive,try$')"
cut -d, -f9 "$dir/cxx.csv" | sort -u >"$dir/out"
for kind in mutex recursive rwlock once; do
	check "cxx: a lock of the kind $kind" "$(has out "^$kind\$")"
done
is_right cxx
finish
