# SPDX-License-Identifier: MIT
# The name of the semaphore has the process's id in it.
. "${0%/*}/lib.sh"

record_plain sem
list_events sem | sed 's|/trace-thr-test-[0-9]*|/trace-thr-test|' >"$dir/events"
check "sem: its events" "$(differs "$here/sem.expected" "$dir/events")"
finish
