# SPDX-License-Identifier: MIT
# Calls of libc that block for good are told before they do, so that `run` finds whom nobody can let go on.
. "${0%/*}/lib.sh"

# stuck NAME FUNCTION WHY
stuck()
{
	tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/$1" -- "$programs/stuck" "$1"
	check "$1" "$(status_is 66)$(has err '^TT003 stuck \(actual\)')$(has err "at $2 .*stuck.c:[0-9]")$(has err "$3")$(
		has err '^trace-thr: 1 deadlock,')$(lacks err 'ended after')"
}

stuck join join 'has$|joined already'
stuck cond destroy_cond 'condition "cond", to destroy it'
stuck fork destroy_in_child 'condition "cond", to destroy it'
stuck cnd destroy_cnd 'condition "c11_cond", to destroy it'
stuck barrier destroy_barrier 'barrier "barrier", to destroy it'
finish
