# SPDX-License-Identifier: MIT
# MainThread joins a thread only when the one before has ended.
/joining/ {
	if (joined != "" && !ended[joined]) {
		print "joined before the end of " joined ": " $0
		wrong = 1
	}
	joined = $NF
}

/ending/ { ended[substr($1, 2)] = 1 }

END { exit wrong }
