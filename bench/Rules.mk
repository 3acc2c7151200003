# SPDX-License-Identifier: MIT
# make bench: the figures, as ratios measured side by side in one run.

BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*.c))

$(BUILD)/bench/%: $(BUILD)/bench/%.o $(LIB)
	$(SAY) LINK $@
	$(Q)$(CC) -o $@ $< -L$(BUILD) -ltrace_thr -Wl,-rpath,'$$ORIGIN/..' -pthread

bench: deps
	$(MAKE) --no-print-directory all $(BENCHES)
	BUILD=$(BUILD) bench/run
	BUILD=$(BUILD) bench/prediction
	BUILD=$(BUILD) bench/latency
	BUILD=$(BUILD) bench/db

.PHONY: bench
