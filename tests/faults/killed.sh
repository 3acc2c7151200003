# SPDX-License-Identifier: MIT
# half: fast
# A program that is killed in the midst of events, COUNT times. A thread that is killed while it writes an event keeps
# LTTng's consumer daemon from what is behind that in its buffer. The rest is recorded all the same, and that something
# may be missing is said; where nothing is said, nothing is missing.
. "$(dirname "$0")/lib.sh"
COUNT=${COUNT:-200}
limit=$((60 + COUNT * 3))
all_made=0 all_recorded=0 said=0 silent=0

i=0
while test $i -lt "$COUNT"; do
	i=$((i + 1))
	begin record --preload -- "$FAULTS/killed" $((100 + i * 7 % 100))
	ended
	judge
	all_made=$((all_made + made))
	all_recorded=$((all_recorded + recorded))
	if test "$verdict" = 3; then
		said=$((said + 1))
	elif test "$recorded" -lt "$made"; then
		silent=$((silent + 1))
	fi
	# The last packet of each buffer may be cut short, no more.
	test $((made - recorded)) -lt 40000 || check "lost at most a packet of each buffer" "$((made - recorded)) are missing; "
done
made=$all_made recorded=$all_recorded
row "record: program killed in the midst of events, $COUNT times" "$said times" \
	"$(status_is 137)$(test $silent = 0 || echo "lost in silence $silent times; ")$(test $said -gt 0 || echo "never in the midst; ")"
finish
