#!/bin/sh
# C++: std::thread, the mutexes, std::condition_variable, std::call_once, std::async.
. "$(dirname "$0")/lib.sh"
same cxx "$programs/cxx"
has_events cxx thread_create thread_join_done lock_acquired lock_released cond_wait cond_notify
has_threads cxx 9
cut -d, -f9 "$dir/cxx.csv" | sort -u >"$dir/out"
for kind in mutex recursive rwlock once; do
	check "cxx: a lock of the kind $kind" "$(has out "^$kind\$")"
done
is_right cxx
finish
