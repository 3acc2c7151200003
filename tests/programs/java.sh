#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenJDK, where it is installed: it gives its threads names.
. "$(dirname "$0")/lib.sh"
needs java
needs javac
javac -d "$dir" "$here/Threads.java"
same java java -cp "$dir" Threads
has_events java thread_create thread_rename lock_acquired cond_wait
is_right java
run "$TOOL" events "$dir/java"
check "java: the names that it gives" "$(has out 'counter-7 +lock_acquired')"
finish
