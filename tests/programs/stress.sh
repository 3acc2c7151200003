#!/bin/sh
# stress-ng: its stressors of mutexes, semaphores and threads.
. "$(dirname "$0")/lib.sh"
needs stress-ng
# stress NAME OPERATIONS: what it prints has times in it.
stress()
{
	run stress-ng --quiet --$1 2 --$1-ops "$2"
	check "stress-ng --$1: runs without us" "$(status_is 0)"
	tool record -q --preload -o "$dir/$1" -- stress-ng --quiet --$1 2 --$1-ops "$2"
	check "stress-ng --$1: the same" "$(status_is 0)$(is_empty out)$(is_empty err)"
	is_right "$1"
}
stress mutex 5000
has_events mutex thread_create lock_acquired lock_released
stress sem 2
has_events sem thread_create sem_acquired sem_released
stress pthread 20
has_events pthread thread_create thread_start thread_join_done
finish
