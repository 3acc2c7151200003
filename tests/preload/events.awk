# SPDX-License-Identifier: MIT
# Lists the events of a program as its test expects them:
#
#     awk -f events.awk NAMES RAW
#
# NAMES has lines `0xADDRESS NAME`, and for return addresses `from 0xADDRESS FUNCTION`; RAW is what babeltrace2 prints.
# The events of each thread stand below its name, in their order, the threads in the order of their ids:
#
#     Thread-1 (worker)
#     	lock_wait mutex plain, in worker: kind=mutex mode=exclusive timeout=none holder=MainThread
#
# Addresses are told as the names of what is there; an object that has none is `?1`, in the order in which such objects
# came to be. A second object at the same address is told as `mutex plain (2)`. What differs from run to run is left
# out: ids, the kernel's ids, times, call chains. A time limit is none, 0 or some.
#
# Whether a join has to wait is mostly chance: without `-v joins=1` that it waits is left out.
#
# Other processes of the machine may be in RAW as well: only those with `-v recording=NAME` count.
#
# Between the threads one thing is looked at: that nobody gets what another has not given back yet.

BEGIN { first_futex = 2 ^ 52 - 2 ^ 48 } # the ids of futexes are made of their addresses

NR == FNR && $1 == "from" { caller_name[tolower($2)] = $3; next }
NR == FNR { name_of_address[tolower($1)] = $2; next }
!/ trace_thr:/ || / trace_thr:module_/ { next }
{
	match($0, / trace_thr:[a-z_]+/)
	event = substr($0, RSTART + 11, RLENGTH - 11)
	parse(substr($0, index($0, "}, { ") + 5))
	if (event == "thread_start" && field["recording"] == recording)
		ours[field["pid"]] = 1
	if (!(field["pid"] in ours) || (event == "thread_join_wait" && !joins))
		next
	n++
	events[n] = event
	thread_of[n] = thread = field["pid"] "/" field["thread_id"]
	if (!(field["pid"] in process))
		process[field["pid"]] = ++processes
	if (!(thread in thread_name)) {
		thread_name[thread] = with_names(field["thread"])
		ids[thread] = field["thread_id"]
		threads[++n_threads] = thread
	}
	object_of[n] = field["pid"] "/" field["id"]
	raw_name[object_of[n]] = name_now[n] = field["name"]
	note_id(field["pid"], field["id"])
	caller_of[n] = field["caller"]
	fields[n] = text
	pid_of[n] = field["pid"]
	check_holds()
}

function note_id(pid, id)
{
	if (id + 0 > highest[pid] + 0 && id + 0 < first_futex)
		highest[pid] = id
}

# Takes the fields apart, into field[] and, as they are to be told, text.
function parse(rest,    key, value)
{
	delete field
	text = ""
	while (match(rest, /^[a-z_]+ = /)) {
		key = substr(rest, 1, RLENGTH - 3)
		rest = substr(rest, RLENGTH + 1)
		if (key == "_stack_length")
			return
		if (match(rest, /^"([^"\\]|\\.)*"/) || match(rest, /^\( "[^"]*" : [^)]*\)/))
			value = substr(rest, RSTART, RLENGTH)
		else if (match(rest, /^[^ ,]+/))
			value = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
		sub(/^, /, "", rest)
		gsub(/^(\( )?"|" : .*\)$|"$/, "", value)
		field[key] = value
		if (key !~ /^(pid|thread|thread_id|caller|name|id|native_id|ppid|recording)$/)
			text = text " " key "=" value
	}
}

# Kept is who has a lock exclusively, as far as it is known.
function check_holds(    lock)
{
	lock = field["pid"] "/" field["id"]
	if (event == "lock_acquired" && lock in holder && holder[lock] != thread)
		print thread_name[thread] " gets " with_names(field["name"]) ", which " thread_name[holder[lock]] " has not given back"
	if (event == "lock_acquired" && field["mode"] == "exclusive")
		holder[lock] = thread
	if (event == "lock_released" && field["depth"] == 0)
		delete holder[lock]
	if (event ~ /^lock_(init|destroy)$/)
		delete holder[lock]
	# What a thread leaves is taken from the dead, if it is robust.
	if (event == "thread_exit")
		for (lock in holder)
			if (holder[lock] == thread)
				delete holder[lock]
}

function named(address)
{
	address = tolower(address)
	return address in name_of_address && name_of_address[address] != "" ? name_of_address[address] : "?"
}

# The text with the address in it, if any, as a name.
function with_names(string,    address)
{
	if (!match(string, /0x[0-9a-f]+/))
		return string
	address = substr(string, RSTART, RLENGTH)
	return substr(string, 1, RSTART - 1) named(address) substr(string, RSTART + RLENGTH)
}

# Gives each object its name, in the order of the ids.
function name_objects(pid,    id, key, name, known, without, times)
{
	for (id = 1; id <= highest[pid] + 0; id++) {
		key = pid "/" id
		if (!(key in raw_name))
			continue
		name = raw_name[key]
		if (!(name in known)) {
			known[name] = with_names(name)
			if (known[name] ~ /\?$/)
				known[name] = known[name] (++without)
		}
		object_name[key] = known[name] (times[name]++ ? " (" times[name] ")" : "")
	}
	for (key in raw_name)
		if (!(key in object_name) && raw_name[key] ~ /^futex /)
			object_name[key] = with_names(raw_name[key])
	for (name in known)
		delete known[name]
	for (name in times)
		delete times[name]
}

# A field as it is told.
function told(pair, pid,    key, value, at)
{
	at = index(pair, "=")
	key = substr(pair, 1, at - 1)
	value = substr(pair, at + 1)
	if (key == "target")
		value = value == "0x0" ? "none" : named(value)
	else if (key == "timeout_ns")
		return "timeout=" (value < 0 ? "none" : value == 0 ? 0 : "some")
	else if (key == "limit" && value ~ /^[0-9]+$/)
		value = value == 0 ? "none" : value == 1 ? "timed" : "try"
	else if (key ~ /^(holder|waker|lock)$/)
		value = value == 0 ? "none" : (pid "/" value) in thread_name ? thread_name[pid "/" value] : object_name[pid "/" value]
	return key "=" value
}

# The event whole. Values with spaces are told as they are.
function line(i,    caller, words, count, j, result, started)
{
	result = "\t" events[i] (events[i] == "log_message" ? "" : " " (events[i] ~ /^thread_/ ? with_names(name_now[i]) : object_name[object_of[i]]))
	caller = tolower(caller_of[i])
	if (caller != "0x0")
		result = result ", in " (caller in caller_name ? caller_name[caller] : "?")
	count = split(fields[i], words, / /)
	for (j = 2; j <= count; j++) {
		if (words[j] ~ /^[a-z_]+=/) {
			result = result (started ? " " : ": ") told(words[j], pid_of[i])
			started = 1
		} else
			result = result " " with_names(words[j])
	}
	return result
}

END {
	for (pid in process)
		name_objects(pid)
	# By process, then by id.
	for (i = 2; i <= n_threads; i++) {
		this = threads[i]
		for (j = i - 1; j >= 1 && later(threads[j], this); j--)
			threads[j + 1] = threads[j]
		threads[j + 1] = this
	}
	for (t = 1; t <= n_threads; t++) {
		split(threads[t], parts, "/")
		print (process[parts[1]] > 1 ? "process " process[parts[1]] ": " : "") thread_name[threads[t]]
		for (i = 1; i <= n; i++)
			if (thread_of[i] == threads[t])
				print line(i)
	}
}

function later(a, b,    x, y)
{
	split(a, x, "/")
	split(b, y, "/")
	return process[x[1]] != process[y[1]] ? process[x[1]] > process[y[1]] : x[2] + 0 > y[2] + 0
}
