# SPDX-License-Identifier: MIT
# Who stays out of a recording says so, to a socket that anybody can send to: another user's process is not believed.
. "${0%/*}/lib.sh"

if test "$(id -u)" != 0; then
	skip "left_out.sh: it needs root, to be another user"
	finish
fi
cat >"$dir/lie.py" <<-END
	import os, socket, sys
	os.setuid(65533)
	socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"cliar", "\0trace-thr/left-out/" + sys.argv[1])
END
rm -rf "$dir/trace"
: >"$dir/name"
(
	until test -s "$dir/name"; do sleep 0.02; done
	/usr/bin/python3 "$dir/lie.py" "$(cat "$dir/name")"
	: >"$dir/lied"
) &
tool record --preload -o "$dir/trace" -- sh -c "echo \$TRACE_THR_RECORDING >$dir/name.new && mv $dir/name.new $dir/name
	until test -e $dir/lied; do sleep 0.02; done; exec $programs/inversion"
wait
check "another user's word is not taken" "$(status_is 0)$(lacks err 'left out')"
finish
