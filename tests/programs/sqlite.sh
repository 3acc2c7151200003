#!/bin/sh
# SPDX-License-Identifier: MIT
# SQLite with threads: recursive mutexes on the heap, made by calls and by static initialisers.
. "$(dirname "$0")/lib.sh"
same sqlite "$programs/sqlite"
has_events sqlite thread_create thread_join_done lock_init lock_acquired lock_released lock_destroy
has_threads sqlite 5
has_locks_of sqlite libsqlite3
is_right sqlite
finish
