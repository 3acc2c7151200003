#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces that are none, or damaged: one clear line and status 2, or what could be read; never a crash, never a hang.
. "$(dirname "$0")/lib.sh"
limit=20

# refused REGEXP: the last command said so in one line, and nothing else.
refused()
{
	status_is 2
	is_empty out
	lines err 1
	has err "^trace-thr: .*$1"
}

tool record -o "$dir/good" -- "$BUILD/examples/lock"
check "record" "$(status_is 0)"
ctf=$(dirname "$(find "$dir/good" -name metadata)")
ctf=${ctf#"$dir/good/"}

tool events "$dir/nothing"
check "no such folder" "$(refused 'no such folder')"
tool events /etc/passwd
check "a file" "$(refused 'not a folder')"
mkdir "$dir/empty"
tool events "$dir/empty"
check "an empty folder" "$(refused 'no trace in')"
if test "$(id -u)" != 0; then
	cp -r "$dir/good" "$dir/locked"
	chmod 0 "$dir/locked/ust"
	tool events "$dir/locked"
	check "a folder that may not be read" "$(refused 'Permission denied')"
	chmod 700 "$dir/locked/ust"
fi

mkdir "$dir/foreign"
cat >"$dir/foreign/metadata" <<'END'
/* CTF 1.8 */
trace { major = 1; minor = 8; byte_order = le; };
stream {};
event { name = "other:thing"; };
END
tool events "$dir/foreign"
check "a trace of something else" "$(refused 'no event of libtrace_thr')"
for command in check timeline; do
	tool $command "$dir/foreign"
	check "$command: a trace of something else" "$(refused 'no event of libtrace_thr')"
done
echo 'this is no metadata' >"$dir/foreign/metadata"
tool events "$dir/foreign"
check "metadata that is none" "$(refused 'cannot read the trace')"

cp -r "$dir/good" "$dir/bad"
rm "$dir/bad/$ctf"/events_* "$dir/bad/$ctf"/modules_*
tool events "$dir/bad"
check "a trace without a stream has no events" "$(status_is 0; is_empty out)"

# damage WHAT FILE COMMAND…: of a file of a fresh copy, to what the command makes of it on its standard output.
damage()
{
	what=$1
	file=$2
	shift 2
	rm -rf "$dir/bad"
	cp -r "$dir/good" "$dir/bad"
	"$@" <"$dir/good/$file" >"$dir/bad/$file"
	tool events "$dir/bad"
	if test "$status" = 0; then
		why=
	else
		why=$(status_is 2; lines err 1; has err '^trace-thr: .*: ')
	fi
	if test -n "$why"; then
		check "$what" "$why"
		worst=$why
	fi
	count=$((count + 1))
}

size_of() # size_of FILE
{
	wc -c <"$dir/good/$1"
}

# With a byte at an offset from 0 replaced by another.
flip() # flip OFFSET OCTAL
{
	head -c "$1"
	printf "\\$2"
	tail -c +2
}

for file in "$ctf/metadata" $(cd "$dir/good" && find "$ctf" -name '*s_[0-9]' -size +0); do
	size=$(size_of "$file")
	count=0
	worst=
	at=0
	while test $at -lt "$size"; do
		damage "$file cut to $at bytes" "$file" head -c $at
		at=$((at + size / 12 + 1))
	done
	check "$count cuts of ${file##*/}" "$worst"
done

for file in "$ctf/metadata" $(cd "$dir/good" && find "$ctf" -name '*s_[0-9]*' -size +0); do
	count=0
	worst=
	for at in 0 9 21 26 31 33 41 55 63 71 104 140; do
		for byte in 012 377; do
			damage "$file with byte $at 0$byte" "$file" flip $at $byte
		done
	done
	check "$count changed bytes of ${file##*/}" "$worst"
done

# resize BYTE SIZES: a fresh copy whose streams of modules have so many such bytes where the sizes of a packet are.
resize()
{
	rm -rf "$dir/bad"
	cp -r "$dir/good" "$dir/bad"
	for stream in "$dir/good/$ctf"/modules_*; do
		test ! -s "$stream" || {
			head -c 48 "$stream"
			head -c "$2" /dev/zero | tr '\0' "$1"
			tail -c +$((49 + $2)) "$stream"
		} >"$dir/bad/$ctf/${stream##*/}"
	done
}

# Babeltrace says that all went well, after it has said that nothing does.
resize '\377' 8
tool events "$dir/bad"
check "packets of more than there can be" "$(refused 'it is damaged')"

# It counts packets of no size for ever: it may for 3 s of the processor.
resize '\0' 16
rm -r "$dir/bad/$ctf/index"
limit=120
tool events "$dir/bad"
check "packets of no size" "$(refused 'finds no end.*: it is damaged')"

echo '{' >"$dir/good/trace-thr.json"
tool events "$dir/good"
check "a damaged manifest" "$(refused 'trace-thr.json')"
finish
