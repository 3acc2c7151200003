#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng: its stressors of mutexes, semaphores and threads.
. "$(dirname "$0")/lib.sh"
needs stress-ng
# stress NAME: for a second, by two workers.
stress()
{
	run stress-ng --quiet --$1 2 --timeout 1
	check "stress-ng --$1: runs without us" "$(status_is 0)"
	tool record -q --preload -o "$dir/$1" -- stress-ng --quiet --$1 2 --timeout 1
	check "stress-ng --$1: the same" "$(status_is 0)$(is_empty out)$(is_empty err)"
	is_right "$1"
}
stress mutex
has_events mutex thread_create lock_acquired lock_released
stress sem
has_events sem thread_create sem_acquired sem_released
stress pthread
has_events pthread thread_create thread_start thread_join_done
finish
