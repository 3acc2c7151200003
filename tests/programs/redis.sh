#!/bin/sh
# SPDX-License-Identifier: MIT
# redis-server with threads for input and output, under the load of redis-benchmark. Its memory comes from jemalloc,
# whose own locks are pthread mutexes.
. "$(dirname "$0")/lib.sh"
# The server goes by the name it is called by.
needs redis-check-rdb
needs redis-benchmark
socket=$dir/socket
ln -s "$(command -v redis-check-rdb)" "$dir/redis-server"

# serve COMMAND…: a server by that command, 4000 requests, and its end by a client.
serve()
{
	"$@" "$dir/redis-server" --port 0 --unixsocket "$socket" --save '' --appendonly no --io-threads 4 \
		--io-threads-do-reads yes --daemonize no --dir "$dir" >"$dir/server" 2>&1 &
	server=$!
	check "redis: it serves" "$(wait_until 'the server answers' redis-cli -s "$socket" ping)"
	run redis-benchmark -s "$socket" -n 2000 -c 20 -t set,get --csv
	check "redis: the load is served" "$(status_is 0)$(has out SET)$(has out GET)"
	run redis-cli -s "$socket" set answer 42
	run redis-cli -s "$socket" get answer
	check "redis: it remembers" "$(has out '^42$')"
	redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1
	status=0
	wait $server || status=$?
	check "redis: it ends well" "$(status_is 0)"
}

serve env
serve "$TOOL" record -q --preload -o "$dir/redis" --
has_events redis thread_create lock_acquired lock_released cond_wait
has_locks_of redis redis-check-rdb
is_right redis
finish
