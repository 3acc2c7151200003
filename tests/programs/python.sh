#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython: a threading.Lock is a semaphore, the interpreter's lock a mutex and a condition.
. "$(dirname "$0")/lib.sh"
# The interpreter itself: in its place there may be a shell script that looks for one.
python=/usr/bin/python3
needs $python
same python $python "$here/threads.py"
has_events python thread_create thread_start lock_acquired cond_wait cond_notify sem_acquired sem_released
has_threads python 30
is_right python
finish
